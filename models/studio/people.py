"""The stock presenters."""

from typing import Final

from models.studio.recipe import Backdrop, Clothes, Hair, Light, Recipe, Skin

_NIA: Final = Recipe(
    name="nia",
    title="Woman of about 30, dark skin, black hair tied back, teal blazer",
    seed=6,
    skin=Skin(tone=(0.245, 0.112, 0.062), lips=(0.20, 0.062, 0.05), cheeks=0.45, liner=0.3, coat=0.06, specular=0.42),
    iris=(0.075, 0.030, 0.012),
    hair=Hair("tied", colour=(0.012, 0.0095, 0.009), brow=(0.012, 0.009, 0.008)),
    clothes=Clothes("blazer", outer=(0.014, 0.062, 0.068), inner=(0.72, 0.70, 0.66), shoulders=18.0),
    backdrop=Backdrop("window", wall=(0.60, 0.58, 0.56), accent=(0.42, 0.62, 0.36)),
    light=Light(rims=(24.0, 12.0), exposure=0.5),
)
_BRUNO: Final = Recipe(
    name="bruno",
    title="Man of about 40, light olive skin, short brown hair, navy jacket",
    seed=11,
    man=True,
    skin=Skin(tone=(0.50, 0.285, 0.195), lips=(0.36, 0.145, 0.115), cheeks=0.5, beard=0.42, age=0.25),
    iris=(0.10, 0.16, 0.19),
    hair=Hair("short", colour=(0.045, 0.026, 0.016), brow=(0.018, 0.012, 0.009), grey=0.05, line=0.2),
    clothes=Clothes("blazer", outer=(0.012, 0.018, 0.036), inner=(0.52, 0.60, 0.70), shoulders=20.5),
    backdrop=Backdrop("shelf", wall=(0.57, 0.58, 0.60), accent=(0.36, 0.46, 0.58)),
    light=Light(key_side=1.0, rims=(90.0, 55.0), exposure=0.2),
    eye_scale=1.06,
)
_ADA: Final = Recipe(
    name="ada",
    title="Woman of about 35, fair skin, long brown hair, plum sweater",
    seed=1,
    skin=Skin(tone=(0.54, 0.325, 0.235), lips=(0.44, 0.15, 0.135), cheeks=0.6, freckles=0.5, liner=0.3, specular=0.36),
    iris=(0.13, 0.14, 0.06),
    hair=Hair("long", colour=(0.075, 0.040, 0.020), brow=(0.034, 0.021, 0.013)),
    clothes=Clothes("sweater", outer=(0.115, 0.030, 0.060), shoulders=17.6),
    backdrop=Backdrop("wall", wall=(0.70, 0.67, 0.62), accent=(0.62, 0.50, 0.40)),
    light=Light(key=360.0, key_colour=(1.0, 0.95, 0.90), rims=(120.0, 70.0), exposure=0.3),
)
_RAVI: Final = Recipe(
    name="ravi",
    title="Man of about 60, brown skin, cropped greying hair, light blue shirt",
    seed=8,
    man=True,
    skin=Skin(tone=(0.36, 0.19, 0.115), lips=(0.25, 0.095, 0.075), cheeks=0.35, beard=0.75, age=1.0, specular=0.40),
    iris=(0.10, 0.05, 0.022),
    hair=Hair("cropped", colour=(0.016, 0.013, 0.012), brow=(0.030, 0.027, 0.025), line=0.9, grey=0.5, length=1.5),
    clothes=Clothes("shirt", outer=(0.17, 0.27, 0.42), inner=(0.75, 0.75, 0.75), shoulders=20.0),
    backdrop=Backdrop("evening", wall=(0.36, 0.34, 0.33), accent=(0.78, 0.60, 0.38)),
    light=Light(
        key=400.0,
        key_colour=(1.0, 0.90, 0.78),
        fill=110.0,
        fill_colour=(0.78, 0.88, 1.0),
        rims=(170.0, 120.0),
        exposure=0.35,
    ),
    eye_scale=1.05,
)

PEOPLE: Final[dict[str, Recipe]] = {person.name: person for person in (_NIA, _BRUNO, _ADA, _RAVI)}
