package main

import (
	"fmt"
	"io"
	"strings"
)

const manHelp = `Usage: peakload man

Prints the manual page, made of the help texts.

  peakload man | man -l -
  peakload man > /usr/local/share/man/man1/peakload.1
`

func runMan(args []string, s streams) (int, error) {
	if err := parse(flagSet("man"), args); err != nil {
		return 0, err
	}
	return exitPass, man(s.out)
}

// man writes the manual page: the main help and each verb's, as sections. The
// layout of the help texts is kept, since their columns align.
func man(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, ".TH PEAKLOAD 1 \"\" %s \"User Commands\"\n.SH NAME\npeakload \\- turns a load test into a document a team can trust\n", roffWord("peakload "+version()))
	body := strings.TrimSpace(mainHelp[strings.Index(mainHelp, "\n"):])
	b.WriteString(".SH SYNOPSIS\n")
	preformatted(&b, strings.TrimPrefix(body, "Usage\n"))
	for _, v := range verbs() {
		fmt.Fprintf(&b, ".SH %s\n", strings.ToUpper("peakload "+v.name))
		preformatted(&b, v.help)
	}
	b.WriteString(".SH SEE ALSO\nlocust(1)\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// preformatted writes a help text; a line that is not indented and ends a
// paragraph of its own is a heading.
func preformatted(b *strings.Builder, text string) {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	b.WriteString(".nf\n")
	for i, line := range lines {
		heading := line != "" && line[0] != ' ' && !strings.ContainsAny(line, ".:") && i+1 < len(lines) && strings.HasPrefix(lines[i+1], "  ")
		if heading {
			fmt.Fprintf(b, ".fi\n.SS %s\n.nf\n", roffWord(line))
			continue
		}
		b.WriteString(roffLine(line) + "\n")
	}
	b.WriteString(".fi\n")
}

var roffEscapes = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", `\(ga`, "^", `\(ha`, "~", `\(ti`)

// roffLine makes a line of text one of roff's: a control character at its
// start would be a command.
func roffLine(line string) string {
	line = roffEscapes.Replace(line)
	if strings.HasPrefix(line, ".") {
		return `\&` + line
	}
	return line
}

// roffWord makes text one argument of a macro.
func roffWord(text string) string {
	return `"` + strings.ReplaceAll(roffEscapes.Replace(text), `"`, `\(dq`) + `"`
}
