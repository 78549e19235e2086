"""The stock presenters."""

from typing import Final

from models.studio.recipe import Backdrop, Clothes, Hair, Light, Recipe, Skin, at_rest

_NIA: Final = Recipe(
    name="nia",
    title="Woman of about 30, dark skin, black hair tied back, teal blazer",
    seed=6,
    skin=Skin(tone=(0.225, 0.100, 0.055), lips=(0.21, 0.055, 0.048), cheeks=0.45, liner=0.55, coat=0.04, specular=0.36),
    iris=(0.060, 0.024, 0.010),
    hair=Hair("tied", colour=(0.010, 0.0082, 0.0078), brow=(0.038, 0.025, 0.020), strands=52_000),
    clothes=Clothes("blazer", outer=(0.014, 0.062, 0.068), inner=(0.72, 0.70, 0.66), shoulders=17.4),
    backdrop=Backdrop("window", wall=(0.60, 0.58, 0.56), accent=(0.42, 0.62, 0.36)),
    light=Light(key=470.0, rims=(8.0, 4.0), exposure=0.62),
    rest=at_rest(wide=0.20),
    earrings=True,
)
_BRUNO: Final = Recipe(
    name="bruno",
    title="Man of about 40, light olive skin, short dark brown hair, navy jacket",
    seed=5,
    man=True,
    skin=Skin(tone=(0.46, 0.262, 0.176), lips=(0.33, 0.145, 0.115), cheeks=0.55, beard=0.55, age=0.3),
    iris=(0.075, 0.12, 0.15),
    hair=Hair("short", colour=(0.024, 0.0135, 0.0085), brow=(0.065, 0.041, 0.028), grey=0.04, line=0.2),
    clothes=Clothes("blazer", outer=(0.012, 0.018, 0.036), inner=(0.52, 0.60, 0.70), shoulders=20.5),
    backdrop=Backdrop("shelf", wall=(0.57, 0.58, 0.60), accent=(0.36, 0.46, 0.58)),
    light=Light(key=450.0, key_side=1.0, rims=(30.0, 18.0), exposure=0.3),
    eye_scale=1.10,
    rest=at_rest(smile=0.38, brows=0.06, wide=0.40),
)
_ADA: Final = Recipe(
    name="ada",
    title="Woman of about 35, fair skin, long chestnut hair, plum sweater",
    seed=1,
    skin=Skin(
        tone=(0.55, 0.318, 0.226), lips=(0.43, 0.125, 0.115), cheeks=0.8, freckles=0.6, liner=0.55, specular=0.36
    ),
    iris=(0.085, 0.085, 0.042),
    hair=Hair("long", colour=(0.050, 0.022, 0.010), brow=(0.085, 0.048, 0.030)),
    clothes=Clothes("sweater", outer=(0.115, 0.030, 0.060), shoulders=17.6),
    backdrop=Backdrop("wall", wall=(0.70, 0.67, 0.62), accent=(0.62, 0.50, 0.40)),
    light=Light(key=470.0, key_colour=(1.0, 0.95, 0.90), rims=(110.0, 60.0), exposure=0.42),
    rest=at_rest(smile=0.46, wide=0.20),
)
_RAVI: Final = Recipe(
    name="ravi",
    title="Man of about 55, brown skin, cropped greying hair, light blue shirt",
    seed=10,
    man=True,
    skin=Skin(tone=(0.32, 0.165, 0.098), lips=(0.215, 0.095, 0.078), cheeks=0.35, beard=0.75, age=1.0, specular=0.40),
    iris=(0.070, 0.034, 0.016),
    hair=Hair("cropped", colour=(0.014, 0.012, 0.011), brow=(0.085, 0.078, 0.072), line=0.9, grey=0.5, length=1.5),
    clothes=Clothes("shirt", outer=(0.17, 0.27, 0.42), inner=(0.75, 0.75, 0.75), shoulders=20.0),
    backdrop=Backdrop("evening", wall=(0.36, 0.34, 0.33), accent=(0.78, 0.60, 0.38)),
    light=Light(
        key=430.0,
        key_colour=(1.0, 0.90, 0.78),
        fill=95.0,
        fill_colour=(0.78, 0.88, 1.0),
        rims=(80.0, 60.0),
        exposure=0.42,
    ),
    eye_scale=1.05,
    rest=at_rest(smile=0.38, brows=0.0, wide=0.24, stern=0.10),
)

PEOPLE: Final[dict[str, Recipe]] = {person.name: person for person in (_NIA, _BRUNO, _ADA, _RAVI)}
