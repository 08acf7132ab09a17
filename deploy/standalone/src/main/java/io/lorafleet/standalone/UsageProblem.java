// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import java.lang.invoke.MethodType;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * An incorrect command line, explained to the user.
 *
 * @param message what was expected and found
 * @param suggestions what the user may have meant
 */
record UsageProblem(String message, List<String> suggestions) {

    static UsageProblem of(ParameterException problem) {
        if (problem instanceof UnmatchedArgumentException unmatched) {
            return ofUnmatched(unmatched.getUnmatched().get(0), problem.getCommandLine());
        }
        ArgSpec argument = problem.getArgSpec();
        String value = problem.getValue();
        if (argument == null || value == null) {
            return new UsageProblem(String.valueOf(problem.getMessage()), List.of());
        }
        if (argument.type().isEnum()) {
            List<String> names = StreamSupport.stream(
                            argument.completionCandidates().spliterator(), false)
                    .map(name -> name.toLowerCase(Locale.ROOT))
                    .toList();
            return new UsageProblem(
                    name(argument) + ": expected one of " + String.join(", ", names) + ", found " + value,
                    Suggestions.of(value, names.stream()));
        }
        if (argument.converters().length == 0 && Number.class.isAssignableFrom(boxed(argument.type()))) {
            String kind = boxed(argument.type()) == Double.class ? "a number" : "a whole number";
            return new UsageProblem(name(argument) + ": expected " + kind + ", found " + value, List.of());
        }
        return new UsageProblem(String.valueOf(problem.getMessage()), List.of());
    }

    private static UsageProblem ofUnmatched(String found, CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        if (found.startsWith("-") && found.length() > 1) {
            String option = found.split("=", 2)[0];
            return new UsageProblem(
                    "unknown option: " + option,
                    Suggestions.of(
                            option,
                            spec.options().stream()
                                    .filter(known -> !known.hidden())
                                    .map(OptionSpec::longestName)));
        }
        boolean isCommand =
                !spec.subcommands().isEmpty() && spec.positionalParameters().isEmpty();
        return isCommand
                ? new UsageProblem(
                        "unknown command: " + found, Suggestions.of(found, spec.subcommands().keySet().stream()))
                : new UsageProblem("unexpected argument: " + found, List.of());
    }

    private static String name(ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    }

    private static Class<?> boxed(Class<?> type) {
        return MethodType.methodType(type).wrap().returnType();
    }

    /** @return the lines for the user */
    String text(String command) {
        String suggested =
                suggestions.stream().map(suggestion -> "'" + suggestion + "'").collect(Collectors.joining(" or "));
        return Stream.of(
                        "fleet: " + message,
                        suggested.isEmpty() ? "" : "Did you mean " + suggested + "?",
                        "Run '" + command + " --help' for usage.")
                .filter(line -> !line.isEmpty())
                .collect(Collectors.joining(System.lineSeparator()));
    }
}
