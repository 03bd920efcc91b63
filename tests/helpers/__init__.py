"""What several tests need besides the fixtures."""
