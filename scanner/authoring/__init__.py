"""What somebody who writes policies needs: to test them, to lint them, to begin one and to print them."""
