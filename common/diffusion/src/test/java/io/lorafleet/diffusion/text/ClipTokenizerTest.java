// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClipTokenizerTest {
    private static final long START = 678;
    private static final long END = 679;
    private final ClipTokenizer tokenizer = ClipTokenizer.open(Path.of("src/test/resources/golden/sd1/tokenizer"));

    @Test
    void padsAnEmptyPromptWithTheEndToken() {
        assertThat(tokenizer.encode("")).hasSize(32).startsWith(START, END, END).endsWith(END);
    }

    @Test
    void truncatesALongPromptAndKeepsTheEndToken() {
        assertThat(tokenizer.encode("star ".repeat(1000)))
                .hasSize(32)
                .startsWith(START)
                .endsWith(END);
    }

    @Test
    void ignoresCaseAndRepeatedSpaces() {
        assertThat(tokenizer.encode(" A  RED\n\tstar ")).isEqualTo(tokenizer.encode("a red star"));
    }

    @Test
    void normalisesComposedAndDecomposedLetters() {
        assertThat(tokenizer.encode("gru\u0308n")).isEqualTo(tokenizer.encode("gr\u00FCn"));
    }

    @Test
    void namesTheFileThatIsMissing(@TempDir Path empty) throws Exception {
        assertThatThrownBy(() -> ClipTokenizer.open(empty)).hasMessageContaining("vocab.json");
        Files.writeString(empty.resolve("vocab.json"), "{\"a\": 0}");
        Files.writeString(empty.resolve("tokenizer_config.json"), "{}");
        assertThatThrownBy(() -> ClipTokenizer.open(empty)).hasMessageContaining("expected the token <|startoftext|>");
    }
}
