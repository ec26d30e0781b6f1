"""What each of the operator's wishes about warnings means, as stories: one file a wish, by its id."""

import pytest

pytest.register_assert_rewrite("tests.replay.stories.story")
