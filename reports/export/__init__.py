"""The store as files for researchers: Parquet, CSV and a data package that describes them."""
