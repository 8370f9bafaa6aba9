"""What Checkov has said, as findings on our resources."""
