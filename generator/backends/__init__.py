"""One file about an accelerator → the pipelines of its CI, each as if somebody had written it (docs/accelerator.md)."""
