"""The colours of the back office: our green as its main colour, our warm greys as its ground."""

PRIMARY = {
    "50": "#f0f7f5",
    "100": "#d9ece8",
    "200": "#b3d9d1",
    "300": "#82c6b8",
    "400": "#4fc3ac",
    "500": "#1f8f7b",
    "600": "#0b6b5b",
    "700": "#095a4c",
    "800": "#08493e",
    "900": "#073b33",
    "950": "#04241f",
}

WARM_GREYS = {
    "50": "#fbfaf7",
    "100": "#f3f0e9",
    "200": "#e5e0d5",
    "300": "#cfc9bc",
    "400": "#a3a59f",
    "500": "#6b6f72",
    "600": "#50555b",
    "700": "#343b41",
    "800": "#1d2226",
    "900": "#14181b",
    "950": "#0d1012",
}

UNFOLD_COLORS = {"primary": PRIMARY, "base": WARM_GREYS}
