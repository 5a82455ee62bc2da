"""The flows that come with the product, and the callers who test them."""
