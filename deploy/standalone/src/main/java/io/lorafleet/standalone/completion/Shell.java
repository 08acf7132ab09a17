// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.completion;

import io.lorafleet.standalone.completion.CompletedCommand.Kind;
import io.lorafleet.standalone.completion.CompletedCommand.Option;
import io.lorafleet.standalone.completion.CompletedCommand.Values;
import io.lorafleet.standalone.completion.CompletedCommand.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;

/** A shell that can complete commands. */
public enum Shell {
    /** @see <a href="https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion.html">Bash manual</a> */
    BASH {
        @Override
        String script(List<CompletedCommand> commands) {
            return """
                    # bash completion for fleet. Load it with: source <(fleet completion bash)
                    _fleet() {
                      local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} at=fleet words='' i
                      if [ "$cur" = = ]; then cur=''; elif [ "$prev" = = ]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi
                      for ((i = 1; i < COMP_CWORD; i++)); do
                        case "$at ${COMP_WORDS[i]}" in
                          $PATHS) at="$at ${COMP_WORDS[i]}" ;;
                        esac
                      done
                      COMPREPLY=()
                      case "$at $prev" in
                    $VALUES    $FILES) return ;;
                        $ADAPTERS) COMPREPLY=($(compgen -W "$(FLEET_NO_BUILD=1 "${COMP_WORDS[0]}" adapter list -o name 2>/dev/null)" -- "$cur")); return ;;
                        $TEXTS) compopt +o default 2>/dev/null; return ;;
                      esac
                      case "$at" in
                    $WORDS  esac
                      COMPREPLY=($(compgen -W "$words" -- "$cur"))
                    }
                    complete -o default -F _fleet fleet
                    """.replace("$PATHS", alternatives(paths(commands).stream()))
                    .replace("$VALUES", lines(commands, Shell::wordsOfBash))
                    .replace("$FILES", alternatives(options(commands, Kind.FILE)))
                    .replace("$ADAPTERS", alternatives(options(commands, Kind.ADAPTER)))
                    .replace("$TEXTS", alternatives(options(commands, Kind.TEXT)))
                    .replace("$WORDS", lines(commands, Shell::afterInBash));
        }
    },

    /** @see <a href="https://zsh.sourceforge.io/Doc/Release/Completion-System.html">zsh manual</a> */
    ZSH {
        @Override
        String script(List<CompletedCommand> commands) {
            return """
                    #compdef fleet
                    # zsh completion for fleet. Load it with: source <(fleet completion zsh)
                    _fleet() {
                      local at=fleet i
                      local -a subcommands options
                      for ((i = 2; i < CURRENT; i++)); do
                        case "$at $words[i]" in
                          ($PATHS) at="$at $words[i]" ;;
                        esac
                      done
                      case "$at $words[CURRENT-1]" in
                    $VALUES    ($FILES) _files; return ;;
                        ($ADAPTERS) compadd -- ${(f)"$(FLEET_NO_BUILD=1 $words[1] adapter list -o name 2>/dev/null)"}; return ;;
                        ($TEXTS) return ;;
                      esac
                      case "$at" in
                    $WORDS  esac
                      if [[ $PREFIX == -* ]]; then
                        _describe -o option options
                      elif (( $#subcommands )); then
                        _describe command subcommands
                      fi
                    }
                    if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _fleet "$@"; else compdef _fleet fleet; fi
                    """.replace("$PATHS", alternatives(paths(commands).stream()))
                    .replace("$VALUES", lines(commands, Shell::wordsOfZsh))
                    .replace("$FILES", alternatives(options(commands, Kind.FILE)))
                    .replace("$ADAPTERS", alternatives(options(commands, Kind.ADAPTER)))
                    .replace("$TEXTS", alternatives(options(commands, Kind.TEXT)))
                    .replace("$WORDS", lines(commands, Shell::afterInZsh));
        }
    },

    /** @see <a href="https://fishshell.com/docs/current/completions.html">fish manual</a> */
    FISH {
        @Override
        String script(List<CompletedCommand> commands) {
            return """
                    # fish completion for fleet. Load it with: fleet completion fish | source
                    function __fleet_at
                        set -l at fleet
                        for word in (commandline -opc)[2..-1]
                            switch "$at $word"
                                case $PATHS
                                    set at "$at $word"
                            end
                        end
                        test "$at" = "$argv[1]"
                    end
                    function __fleet_adapters
                        set -l words (commandline -opc)
                        env FLEET_NO_BUILD=1 $words[1] adapter list -o name 2>/dev/null
                    end
                    complete -c fleet -f
                    $WORDS""".replace(
                            "$PATHS",
                            String.join(
                                    " ",
                                    paths(commands).stream().map(Shell::quoted).toList()))
                    .replace("$WORDS", lines(commands, Shell::afterInFish));
        }
    };

    abstract String script(List<CompletedCommand> commands);

    /** @return a script that completes the command, its subcommands, their options and values */
    public String script(CommandLine command) {
        return script(CompletedCommand.allOf(command));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    private interface Lines {
        Stream<String> of(CompletedCommand command);
    }

    private static String lines(List<CompletedCommand> commands, Lines lines) {
        return commands.stream().flatMap(lines::of).map(line -> line + "\n").collect(Collectors.joining());
    }

    private static List<String> paths(List<CompletedCommand> commands) {
        return commands.stream()
                .map(CompletedCommand::path)
                .filter(path -> path.contains(" "))
                .toList();
    }

    /** @return each name of each option with values of this kind, after the path of its command */
    private static Stream<String> options(List<CompletedCommand> commands, Kind kind) {
        return commands.stream()
                .flatMap(command -> command.options().stream()
                        .filter(option -> option.values().kind() == kind)
                        .flatMap(option -> places(command, option)));
    }

    private static Stream<String> places(CompletedCommand command, Option option) {
        return option.names().stream().map(name -> command.path() + " " + name);
    }

    private static String alternatives(Stream<String> words) {
        return words.map(Shell::quoted).collect(Collectors.joining("|"));
    }

    private static Stream<Option> withWords(CompletedCommand command) {
        return command.options().stream().filter(option -> option.values().kind() == Kind.WORDS);
    }

    private static Stream<String> wordsOfBash(CompletedCommand command) {
        return withWords(command)
                .map(option -> "    " + alternatives(places(command, option)) + ") COMPREPLY=($(compgen -W "
                        + quoted(String.join(" ", option.values().words())) + " -- \"$cur\")); return ;;");
    }

    private static Stream<String> wordsOfZsh(CompletedCommand command) {
        return withWords(command)
                .map(option -> "    (" + alternatives(places(command, option)) + ") compadd -- "
                        + String.join(" ", option.values().words()) + "; return ;;");
    }

    private static Stream<String> afterInBash(CompletedCommand command) {
        Stream<String> options = command.options().stream().flatMap(option -> option.names().stream());
        Stream<String> words =
                Stream.concat(command.subcommands().stream().map(Word::text), command.parameter().words().stream());
        String adapters = command.parameter().kind() == Kind.ADAPTER
                ? "$(FLEET_NO_BUILD=1 \"${COMP_WORDS[0]}\" adapter list -o name 2>/dev/null)"
                : "";
        return Stream.of("    " + quoted(command.path()) + ") if [[ \"$cur\" == -* ]]; then words="
                + quoted(options.collect(Collectors.joining(" "))) + "; else words=\""
                + words.collect(Collectors.joining(" ")) + adapters + "\"; fi ;;");
    }

    private static Stream<String> afterInZsh(CompletedCommand command) {
        String subcommands = command.subcommands().stream()
                .map(word -> quoted(word.text() + ":" + word.description()))
                .collect(Collectors.joining(" "));
        String options = command.options().stream()
                .flatMap(option -> option.names().stream().map(name -> quoted(name + ":" + option.description())))
                .collect(Collectors.joining(" "));
        String parameter = switch (command.parameter().kind()) {
            case FILE -> " [[ $PREFIX == -* ]] || _files;";
            case ADAPTER ->
                " [[ $PREFIX == -* ]] || compadd -- ${(f)\"$(FLEET_NO_BUILD=1 $words[1] adapter"
                        + " list -o name 2>/dev/null)\"};";
            case WORDS ->
                " [[ $PREFIX == -* ]] || compadd -- "
                        + String.join(" ", command.parameter().words()) + ";";
            case NONE, TEXT -> "";
        };
        return Stream.of("    (" + quoted(command.path()) + ") subcommands=(" + subcommands + "); options=(" + options
                + ");" + parameter + " ;;");
    }

    private static Stream<String> afterInFish(CompletedCommand command) {
        String start = "complete -c fleet -n \"__fleet_at '" + command.path() + "'\"";
        List<String> lines = new ArrayList<>();
        command.subcommands()
                .forEach(word -> lines.add(start + " -a " + word.text() + " -d " + quoted(word.description())));
        command.options()
                .forEach(option -> lines.add(start + names(option) + inFish(option.values(), " -x") + " -d "
                        + quoted(option.description())));
        Values parameter = command.parameter();
        if (parameter.kind() != Kind.NONE && parameter.kind() != Kind.TEXT) {
            lines.add(start + inFish(parameter, ""));
        }
        return lines.stream();
    }

    private static String names(Option option) {
        Predicate<String> isLong = name -> name.startsWith("--");
        return option.names().stream()
                .map(name -> isLong.test(name) ? " -l " + name.substring(2) : " -s " + name.substring(1))
                .collect(Collectors.joining());
    }

    /** @param exclusive the flag for values of which none is a file */
    private static String inFish(Values values, String exclusive) {
        return switch (values.kind()) {
            case NONE -> "";
            case TEXT -> exclusive;
            case WORDS -> exclusive + " -a " + quoted(String.join(" ", values.words()));
            case ADAPTER -> exclusive + " -a " + "'(__fleet_adapters)'";
            case FILE -> exclusive.isEmpty() ? " -F" : " -r -F";
        };
    }

    /** Single quotes: the shells expand nothing in them. */
    private static String quoted(String text) {
        return "'" + text.replace("'", "’") + "'";
    }
}
