// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WeightedTextTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a red star              | a red star x 1.000",
                "a (red) star            | a_ x 1.000, red x 1.100, _star x 1.000",
                "a (red:1.5) star        | a_ x 1.000, red x 1.500, _star x 1.000",
                "a [red] star            | a_ x 1.000, red x 0.909, _star x 1.000",
                "((red))                 | red x 1.210",
                "(a (red:2) star)        | a_ x 1.100, red x 2.200, _star x 1.100",
                "(red : 0.5 )            | red_ x 0.500",
                "a \\(red\\) \\[star\\]  | a (red) [star] x 1.000",
                "(a \\(red\\))           | a (red) x 1.100",
                "\\a \\\\                | a \\ x 1.000",
                "(red                    | red x 1.100",
                "a ) b ] c               | a ) b ] c x 1.000",
                "[red:1.5]               | red:1.5 x 0.909",
                "at 10:30) noon          | at 10:30) noon x 1.000"
            })
    void givesEachPartItsWeight(String prompt, String parts) {
        String found = WeightedText.parse(prompt).stream()
                .map(part ->
                        part.text().replaceAll("^ | $", "_") + String.format(Locale.ROOT, " x %.3f", part.weight()))
                .collect(Collectors.joining(", "));
        assertThat(found).isEqualTo(parts);
    }

    @Test
    void anEmptyPromptHasOnePart() {
        assertThat(WeightedText.parse("")).isEqualTo(List.of(new WeightedText("", 1)));
        assertThat(WeightedText.parse("()")).isEqualTo(List.of(new WeightedText("", 1)));
    }

    @Test
    void refusesAWeightThatIsNoNumber() {
        assertThatThrownBy(() -> WeightedText.parse("(red:1.2.3)"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("prompt weight: expected a number, found 1.2.3");
    }
}
