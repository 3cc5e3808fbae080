"""Every event method and every route, by everybody, on everybody's ids: generated, never typed."""
