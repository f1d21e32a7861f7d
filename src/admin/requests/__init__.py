"""The admin function's requests, checked completely before anything is done."""
