// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import java.util.List;
import java.util.Locale;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Help;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Help that shows the values of enums in lower case, as the API and the messages do. Options accept both cases. */
final class LowerCaseHelp extends Help {
    LowerCaseHelp(CommandSpec command, ColorScheme colors) {
        super(command, colors);
    }

    @Override
    public IOptionRenderer createDefaultOptionRenderer() {
        IOptionRenderer renderer = super.createDefaultOptionRenderer();
        return (option, labels, colors) ->
                renderer.render(option.type().isEnum() ? inLowerCase(option) : option, labels, colors);
    }

    private static OptionSpec inLowerCase(OptionSpec option) {
        List<String> values = StreamSupport.stream(option.completionCandidates().spliterator(), false)
                .map(value -> value.toLowerCase(Locale.ROOT))
                .toList();
        return OptionSpec.builder(option).completionCandidates(values).build();
    }
}
