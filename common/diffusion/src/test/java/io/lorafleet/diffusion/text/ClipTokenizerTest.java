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

    /** The expected ids come from the tokenizer of open_clip_torch 3.3. */
    @Test
    void hasTheVocabularyOfClip() {
        ClipTokenizer clip = ClipTokenizer.ofClip(false);
        assertThat(clip.vocabulary()).isEqualTo(49408);
        assertThat(clip.encode("a photo of a cat"))
                .hasSize(77)
                .startsWith(49406, 320, 1125, 539, 320, 2368, 49407, 49407)
                .endsWith(49407);
        assertThat(clip.encode("Señor Müller's café, 3 émigrés & 猫!"))
                .startsWith(49406, 43368, 541, 28142, 7722, 568, 15304, 267, 274, 3459, 3736, 20507, 261, 163, 234, 360)
                .containsSequence(360, 256, 49407);
        assertThat(clip.encode("it's an 8k UHD render (masterpiece:1.2)"))
                .startsWith(
                        49406, 585, 568, 550, 279, 330, 84, 4414, 13024, 263, 12066, 281, 272, 269, 273, 264, 49407);
    }

    @Test
    void padsWithAnotherTokenForOpenClip() {
        assertThat(ClipTokenizer.ofClip(true).encode("!"))
                .startsWith(49406, 256, 49407, 0, 0)
                .endsWith(0);
    }

    @Test
    void namesTheFileThatIsMissing(@TempDir Path empty) throws Exception {
        assertThatThrownBy(() -> ClipTokenizer.open(empty)).hasMessageContaining("vocab.json");
        Files.writeString(empty.resolve("vocab.json"), "{\"a\": 0}");
        Files.writeString(empty.resolve("tokenizer_config.json"), "{}");
        assertThatThrownBy(() -> ClipTokenizer.open(empty)).hasMessageContaining("expected the token <|startoftext|>");
    }
}
