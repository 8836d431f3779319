"""The advisers' pages."""
