"""What happens without anybody asking: mail, deadlines, leases that lapse, what is forgotten. A separate process."""
