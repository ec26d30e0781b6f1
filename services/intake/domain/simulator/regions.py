"""A piece of Inner Mongolia as the simulated operator's tree: one province, three cities, nine counties."""

from dataclasses import dataclass

from shared.region import path_of


@dataclass(frozen=True, slots=True)
class Division:
    """A province, city or county."""

    adcode: str
    name_zh: str
    name_en: str

    @property
    def path(self) -> str:
        """Return the division's path from the province down."""
        return path_of(self.adcode)


PROVINCE = Division("150000", "内蒙古自治区", "Inner Mongolia")
CITIES = (
    Division("150100", "呼和浩特市", "Hohhot"),
    Division("150200", "包头市", "Baotou"),
    Division("150600", "鄂尔多斯市", "Ordos"),
)
COUNTIES = (
    Division("150102", "新城区", "Xincheng"),
    Division("150105", "赛罕区", "Saihan"),
    Division("150121", "土默特左旗", "Tumed Left Banner"),
    Division("150203", "昆都仑区", "Kundulun"),
    Division("150204", "青山区", "Qingshan"),
    Division("150223", "达尔罕茂明安联合旗", "Darhan Muminggan"),
    Division("150602", "东胜区", "Dongsheng"),
    Division("150621", "达拉特旗", "Dalad Banner"),
    Division("150622", "准格尔旗", "Jungar Banner"),
)
ALL = (PROVINCE, *CITIES, *COUNTIES)
