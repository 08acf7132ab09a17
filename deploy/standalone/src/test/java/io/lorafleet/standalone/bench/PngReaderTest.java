// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PngReaderTest {
    private static final int GREY = 0x808080;

    @Test
    void samePixelsHaveNoNoise() {
        assertThat(PngReader.psnr(Images.png(GREY, "{}"), Images.png(GREY, "{'seed': 1}")))
                .isInfinite()
                .isPositive();
    }

    @Test
    void oneLevelEverywhereIs48Decibels() {
        assertThat(PngReader.psnr(Images.png(GREY, null), Images.png(0x818181, null)))
                .isCloseTo(48.13, within(0.01));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'adapter': {'name': 'fast', 'version': 2, 'sha256': 'ab'}, 'adapterScale': 1}",
                "{'adapters': [{'adapter': {'name': 'fast', 'version': 2}, 'scale': 1}]}",
                "{'adapters': ['fast@2']}",
                "{'adapter': 'fast@2'}"
            })
    void readsTheAdapterHoweverItIsWorded(String settings) {
        assertThat(PngReader.adapter(Images.png(GREY, settings))).isEqualTo("fast@2");
    }

    @Test
    void aImageOfTheBaseNamesNoAdapter() {
        assertThat(PngReader.adapter(Images.png(GREY, "{'prompt': 'fast@2', 'adapters': []}")))
                .isNull();
    }

    @Test
    void refusesAnImageThatSaysNothing() {
        assertThatThrownBy(() -> PngReader.adapter(Images.png(GREY, null)))
                .hasMessageContaining("the text chunk lorafleet");
    }
}
