package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"
)

const completionHelp = `Usage: peakload completion bash|zsh|fish

Prints what makes the Tab key complete peakload's verbs, flags and files.

  bash   echo 'source <(peakload completion bash)' >> ~/.bashrc
  zsh    peakload completion zsh > "${fpath[1]}/_peakload"
  fish   peakload completion fish > ~/.config/fish/completions/peakload.fish
`

// shells lists the shells that completions are written for.
var shells = []struct {
	name  string
	write func(io.Writer, []completed)
}{
	{"bash", bashCompletion},
	{"zsh", zshCompletion},
	{"fish", fishCompletion},
}

func runCompletion(args []string, s streams) (int, error) {
	fs := flagSet("completion")
	if err := parse(fs, args, "bash, zsh or fish"); err != nil {
		return 0, err
	}
	for _, sh := range shells {
		if sh.name == fs.Arg(0) {
			sh.write(s.out, completions())
			return exitPass, nil
		}
	}
	return 0, usage("completion", "completions are written for bash, zsh and fish, not for %q", fs.Arg(0))
}

// A completed is a verb and its flags.
type completed struct {
	verb, what string
	flags      []completedFlag
}

type completedFlag struct {
	name, short string
	what        string
	value       bool     // takes one
	words       []string // that the value is one of; nil: a file
}

// flagWords are the flags whose value is one of a few words.
var flagWords = map[string][]string{"count-429": {"error", "separate"}}

// completions reads the verbs' flag sets, and what the help says of each.
func completions() []completed {
	var out []completed
	for _, v := range verbs() {
		c := completed{verb: v.name, what: summaryOf(v.help)}
		fs := flagSet(v.name)
		v.declare(fs)
		fs.VisitAll(func(f *pflag.Flag) {
			c.flags = append(c.flags, completedFlag{f.Name, f.Shorthand, flagHelp(v.help, f.Name), f.NoOptDefVal == "", flagWords[f.Name]})
		})
		out = append(out, c)
	}
	return out
}

// summaryOf returns the first sentence of a help text.
func summaryOf(help string) string {
	_, text, _ := strings.Cut(help, "\n\n")
	text, _, _ = strings.Cut(strings.ReplaceAll(text, "\n", " "), ".")
	return strings.Join(strings.Fields(text), " ")
}

// flagHelp returns what the help text says of a flag, its first line.
func flagHelp(help, name string) string {
	for line := range strings.SplitSeq(help, "\n") {
		if rest, ok := flagLine(line, name); ok {
			return rest
		}
	}
	return ""
}

// flagLine splits a line of a help text that describes the flag:
// "  -d, --doc FILE          the results document".
func flagLine(line, name string) (what string, ok bool) {
	_, rest, ok := strings.Cut(line, "--"+name)
	if !ok || !strings.HasPrefix(line, "  ") || rest != "" && rest[0] != ' ' {
		return "", false
	}
	if before, _, _ := strings.Cut(strings.TrimLeft(line, " "), "--"); before != "" && (len(before) != 4 || before[0] != '-') {
		return "", false
	}
	_, what, _ = strings.Cut(rest, "  ")
	return strings.TrimSpace(what), true
}

// quoted puts text into single quotes of a shell.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

func bashCompletion(w io.Writer, verbs []completed) {
	var names []string
	for _, v := range verbs {
		names = append(names, v.verb)
	}
	fmt.Fprintf(w, `# bash completion for peakload
_peakload() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} verb=${COMP_WORDS[1]}
    compopt -o filenames 2>/dev/null
    if [ "$COMP_CWORD" -eq 1 ]; then
        COMPREPLY=($(compgen -W %s -- "$cur"))
        return
    fi
    case "$prev" in
`, quoted(strings.Join(append(names, "help", "version"), " ")))
	for _, f := range worded(verbs) {
		fmt.Fprintf(w, "        --%s) COMPREPLY=($(compgen -W %s -- \"$cur\")); return ;;\n", f.name, quoted(strings.Join(f.words, " ")))
	}
	fmt.Fprint(w, "    esac\n    case \"$verb\" in\n")
	for _, v := range verbs {
		var flags []string
		for _, f := range v.flags {
			flags = append(flags, "--"+f.name)
		}
		fmt.Fprintf(w, "        %s) flags=%s ;;\n", v.verb, quoted(strings.Join(flags, " ")))
	}
	fmt.Fprintf(w, `        help) COMPREPLY=($(compgen -W %s -- "$cur")); return ;;
        *) flags= ;;
    esac
    case "$verb $cur" in
        "completion "*) COMPREPLY=($(compgen -W 'bash zsh fish' -- "$cur")) ;;
        *" -"*) COMPREPLY=($(compgen -W "$flags" -- "$cur")) ;;
        *) COMPREPLY=($(compgen -f -- "$cur")) ;;
    esac
}
complete -F _peakload peakload
`, quoted(strings.Join(names, " ")))
}

// worded returns the flags whose value is one of a few words, each once.
func worded(verbs []completed) []completedFlag {
	var out []completedFlag
	seen := map[string]bool{}
	for _, v := range verbs {
		for _, f := range v.flags {
			if f.words != nil && !seen[f.name] {
				seen[f.name] = true
				out = append(out, f)
			}
		}
	}
	return out
}

func zshCompletion(w io.Writer, verbs []completed) {
	fmt.Fprint(w, "#compdef peakload\n_peakload() {\n    local -a verbs\n    verbs=(\n")
	for _, v := range verbs {
		fmt.Fprintf(w, "        %s\n", quoted(v.verb+":"+v.what))
	}
	fmt.Fprint(w, `        'help:all flags of a verb, with examples'
        'version:the version'
    )
    if (( CURRENT == 2 )); then
        _describe verb verbs
        return
    fi
    case $words[2] in
`)
	for _, v := range verbs {
		fmt.Fprintf(w, "        %s)\n            _arguments -s \\\n", v.verb)
		for _, f := range v.flags {
			spec := strings.NewReplacer("[", `\[`, "]", `\]`, ":", `\:`).Replace(f.what)
			value := ""
			switch {
			case f.words != nil:
				value = ":value:(" + strings.Join(f.words, " ") + ")"
			case f.value:
				value = ":file:_files"
			}
			fmt.Fprintf(w, "                %s \\\n", quoted("*--"+f.name+"["+spec+"]"+value))
			if f.short != "" {
				fmt.Fprintf(w, "                %s \\\n", quoted("*-"+f.short+"["+spec+"]"+value))
			}
		}
		rest := "*:file:_files"
		if v.verb == "completion" {
			rest = "*:shell:(bash zsh fish)"
		}
		fmt.Fprintf(w, "                %s ;;\n", quoted(rest))
	}
	fmt.Fprint(w, `        help) _describe verb verbs ;;
    esac
}
if [ "$funcstack[1]" = "_peakload" ]; then _peakload "$@"; else compdef _peakload peakload; fi
`)
}

func fishCompletion(w io.Writer, verbs []completed) {
	fmt.Fprintln(w, "# fish completion for peakload")
	for _, v := range verbs {
		fmt.Fprintf(w, "complete -c peakload -n __fish_use_subcommand -f -a %s -d %s\n", v.verb, quoted(v.what))
		for _, f := range v.flags {
			fmt.Fprintf(w, "complete -c peakload -n '__fish_seen_subcommand_from %s' -l %s", v.verb, f.name)
			if f.short != "" {
				fmt.Fprintf(w, " -s %s", f.short)
			}
			switch {
			case f.words != nil:
				fmt.Fprintf(w, " -x -a %s", quoted(strings.Join(f.words, " ")))
			case f.value:
				fmt.Fprint(w, " -r -F")
			}
			fmt.Fprintf(w, " -d %s\n", quoted(f.what))
		}
	}
	fmt.Fprintln(w, "complete -c peakload -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'")
	fmt.Fprintln(w, "complete -c peakload -n __fish_use_subcommand -f -a 'help version'")
}
