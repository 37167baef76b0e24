"""What families share: building requests, reading fields, telling addresses, pay and days apart."""
