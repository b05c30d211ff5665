package svg

import "strings"

// A Theme is where a picture is shown.
type Theme uint8

// The themes. Light and Dark pictures stand alone, on a transparent ground;
// Page pictures stand in an HTML page that has PageCSS.
const (
	Light Theme = iota
	Dark
	Page
)

// A Colour is a named colour of pictures and pages in both themes.
type Colour struct{ Name, Light, Dark string }

// Palette returns every colour. Roles of lines and bars have the colour of
// their own name. Text and line colours keep a contrast of at least 4.5:1 and
// 3:1 against their ground (WCAG 2.2), and the percentiles differ in
// lightness as well as in hue.
func Palette() []Colour {
	return []Colour{
		{"ground", "#ffffff", "#10151b"},
		{"ink", "#1c2127", "#e6ebf0"},
		{"muted", "#57606a", "#9aa5b1"},
		{"grid", "#e1e5ea", "#28313b"},
		{"edge", "#b6bec8", "#46515e"},
		{"band", "#f4f6f8", "#151c24"},
		{"peak", "#e9eff8", "#1a2635"},
		{"users", "#8a94a2", "#76818e"},
		{"rps", "#0a5fd0", "#5aa7ff"},
		{"mean", "#4f5965", "#a9b3be"},
		{"p50", "#0f8577", "#3ccbb5"},
		{"p95", "#bf560a", "#f29044"},
		{"p99", "#7f3fd0", "#bd93ff"},
		{"errors", "#c9242f", "#ff7a72"},
		{"better", "#1a7f37", "#45bd5c"},
		{"worse", "#c9242f", "#ff7a72"},
		{"even", "#8a94a2", "#76818e"},
		{"other", "#0a5fd0", "#5aa7ff"},
	}
}

// sheet is the style of all pictures; $name stands for a colour.
const sheet = `.plot text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:$ink;font-variant-numeric:tabular-nums}
.plot .t{font-size:15px;font-weight:600}
.plot .m{fill:$muted}
.plot .s{font-size:11px;fill:$muted}
.plot .h{paint-order:stroke;stroke:$ground;stroke-width:3px;stroke-linejoin:round}
.plot .g{stroke:$grid;stroke-width:1}
.plot .e{stroke:$edge;stroke-width:1}
.plot .band{fill:$band}
.plot .bandpeak{fill:$peak}
.plot .outage{fill:$errors;opacity:.22}
.plot .l{fill:none;stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round}
.plot .a{stroke:none;opacity:.16}
.plot .o{opacity:.55}
.plot .z{opacity:.12}
.plot .v{stroke-width:1.6;fill:none}
.plot .d{stroke-dasharray:2 4}
.plot .x{stroke-width:1.4;stroke-dasharray:6 4;fill:none}
`

// roles are the colours that lines, areas, bars and limits come in.
var roles = [...]string{"users", "rps", "mean", "p50", "p95", "p99", "errors", "better", "worse", "even", "other"}

// CSS returns the style sheet of the theme's pictures. The Page's refers to
// the colours as custom properties: --ink, --p95.
func (t Theme) CSS() string {
	var b strings.Builder
	b.WriteString(sheet)
	for _, r := range roles {
		b.WriteString(".plot .s-" + r + "{stroke:$" + r + "}.plot .f-" + r + "{fill:$" + r + "}\n")
	}
	pairs := make([]string, 0, 2*len(Palette()))
	for _, c := range Palette() {
		value := c.Light
		switch t {
		case Dark:
			value = c.Dark
		case Page:
			value = "var(--" + c.Name + ")"
		}
		pairs = append(pairs, "$"+c.Name, value)
	}
	return strings.NewReplacer(pairs...).Replace(b.String())
}
