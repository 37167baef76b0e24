"""Looks at boards: which are due, who asks whose host, one look with its pages and details."""
