// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.completion;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * What a shell can complete after a command.
 *
 * <p>picocli's own generator is not used: its scripts mix up the values of options whose values have the same label.
 *
 * @param path the command and its parents, such as {@code fleet adapter add}
 * @param parameter what the command's parameters are
 */
record CompletedCommand(String path, List<Word> subcommands, List<Option> options, Values parameter) {
    /** Shells complete a command by the last part of its path. */
    private static final String FLEET = "fleet";

    private static final String ADAPTER = FLEET + " adapter ";

    /** A subcommand. */
    record Word(String text, String description) {}

    /** An option. @param names all names, with their dashes */
    record Option(List<String> names, String description, Values values) {}

    /** What the value of an option or a parameter is. */
    record Values(Kind kind, List<String> words) {
        static Values of(Kind kind) {
            return new Values(kind, List.of());
        }
    }

    enum Kind {
        /** No value: the option is a flag, or the command has no parameters. */
        NONE,
        /** One of several words. */
        WORDS,
        FILE,
        /** An adapter of the fleet, which the shell asks the gateway for. */
        ADAPTER,
        /** Anything else. */
        TEXT
    }

    /** @return the command and all commands below it */
    static List<CompletedCommand> allOf(CommandLine command) {
        List<CompletedCommand> all = new ArrayList<>();
        all.add(of(command));
        command.getSubcommands().values().forEach(below -> all.addAll(allOf(below)));
        return all;
    }

    private static CompletedCommand of(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        String path = FLEET + spec.qualifiedName().substring(spec.root().name().length());
        List<Word> subcommands = new ArrayList<>();
        for (Map.Entry<String, CommandLine> below : command.getSubcommands().entrySet()) {
            subcommands.add(new Word(
                    below.getKey(),
                    firstSentence(
                            below.getValue().getCommandSpec().usageMessage().description())));
        }
        List<Option> options = spec.options().stream()
                .filter(option -> !option.hidden())
                .map(option -> new Option(List.of(option.names()), firstSentence(option.description()), values(option)))
                .toList();
        return new CompletedCommand(path, subcommands, options, parameter(path, spec.positionalParameters()));
    }

    private static Values values(OptionSpec option) {
        if (option.arity().max() == 0) {
            return Values.of(Kind.NONE);
        }
        return option.longestName().equals("--adapter") ? Values.of(Kind.ADAPTER) : values((ArgSpec) option);
    }

    private static Values parameter(String path, List<PositionalParamSpec> parameters) {
        if (parameters.isEmpty()) {
            return Values.of(Kind.NONE);
        }
        if (path.startsWith(ADAPTER) && !path.endsWith(" add")) {
            return Values.of(Kind.ADAPTER);
        }
        return parameters.stream()
                .map(CompletedCommand::values)
                .filter(values -> values.kind() != Kind.TEXT)
                .findFirst()
                .orElse(Values.of(Kind.TEXT));
    }

    private static Values values(ArgSpec argument) {
        if (argument.completionCandidates() != null) {
            List<String> words = StreamSupport.stream(
                            argument.completionCandidates().spliterator(), false)
                    .map(word -> word.toLowerCase(Locale.ROOT))
                    .toList();
            return new Values(Kind.WORDS, words);
        }
        Class<?> type =
                Collection.class.isAssignableFrom(argument.type()) ? argument.auxiliaryTypes()[0] : argument.type();
        return Values.of(type == Path.class ? Kind.FILE : Kind.TEXT);
    }

    /** @return the first sentence, without its final dot */
    private static String firstSentence(String[] description) {
        String text = String.join(" ", description)
                .replaceAll("\\s+", " ")
                .replace("%%", "%")
                .strip();
        return text.split("[.:;] |\\.$", 2)[0];
    }
}
