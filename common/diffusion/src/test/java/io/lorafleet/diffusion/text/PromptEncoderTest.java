// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import io.lorafleet.diffusion.DemoModel;
import io.lorafleet.diffusion.StableDiffusion;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The demo model takes 30 tokens at once. */
class PromptEncoderTest {
    private static final EncodingOptions CHUNKED = new EncodingOptions(true, false, 0);
    private static final EncodingOptions WEIGHTED = new EncodingOptions(false, true, 0);

    private static StableDiffusion model;

    @BeforeAll
    static void open() {
        model = DemoModel.open();
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void aPromptThatFitsIsEncodedAsByDefault() {
        List<String> prompts = List.of("a (red) star", "");
        assertThat(context(prompts, CHUNKED)).isEqualTo(context(prompts, EncodingOptions.DEFAULT));
        assertThat(context(prompts, WEIGHTED)).isNotEqualTo(context(prompts, EncodingOptions.DEFAULT));
        assertThat(context(List.of("a red star"), WEIGHTED))
                .isEqualTo(context(List.of("a red star"), EncodingOptions.DEFAULT));
    }

    @Test
    void countsTheTokensThatAreUsedAndCut() {
        String prompt = "star ".repeat(100);
        int all = model.prompts().parts().get(0).tokenizer().tokens(prompt).size();
        assertThat(model.prompts().count(prompt, CHUNKED, List.of())).isEqualTo(new TokenCount(all, 0));
        assertThat(model.prompts().count(prompt, EncodingOptions.DEFAULT, List.of()))
                .isEqualTo(new TokenCount(30, all - 30));
        assertThat(model.prompts().count("(a:1.3)", WEIGHTED, List.of()))
                .isEqualTo(model.prompts().count("a", EncodingOptions.DEFAULT, List.of()));
    }

    @Test
    void refusesAPromptWithTooManyChunks() {
        String prompt = "star ".repeat(30 * TokenizedPrompt.MAX_CHUNKS + 1);
        assertThatThrownBy(() -> context(List.of(prompt), CHUNKED))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("prompt: expected at most 480 tokens, found ");
        assertThat(context(List.of(prompt), EncodingOptions.DEFAULT)).isNotEmpty();
    }

    @Test
    void refusesToSkipMoreLayersThanThereAre() {
        int layers = model.prompts().maxClipSkip();
        assertThat(context(List.of("a"), new EncodingOptions(false, false, layers)))
                .isNotEmpty();
        assertThatThrownBy(() -> context(List.of("a"), new EncodingOptions(false, false, layers + 1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("clipSkip: expected 0 to " + layers + ", found " + (layers + 1));
    }

    private static float[] context(List<String> prompts, EncodingOptions options) {
        try (NDManager scope = model.owner().newSubManager()) {
            return model.prompts()
                    .encode(prompts, options, PromptAdaptation.NONE, 64, 64, scope)
                    .context()
                    .toFloatArray();
        }
    }
}
