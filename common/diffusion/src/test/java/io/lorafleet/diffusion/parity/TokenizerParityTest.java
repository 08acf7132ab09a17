// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.diffusion.weights.ModelFileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares with a sample of the corpus of {@code docs/parity/tokenizer.py}. */
class TokenizerParityTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/tokenizer");

    @TempDir
    private Path folder;

    @Test
    void encodesEveryTextAsTransformersDoes() {
        List<ParityResult> results = new ArrayList<>();
        TokenizerParity.check(GOLDEN, results::add);
        assertThat(results).containsExactly(new ParityResult.Compared("tokens of 480 texts", 0, true));
    }

    @Test
    void namesATextWhoseIdsDiffer() throws IOException {
        copyTokenizer("{\"text\":\"a\",\"ids\":[1]}\n{\"text\":\"\",\"ids\":[]}\n");
        List<ParityResult> results = new ArrayList<>();
        TokenizerParity.check(folder, results::add);
        assertThat(results)
                .hasSize(2)
                .contains(new ParityResult.Compared("tokens of 2 texts", 0.5, true))
                .first()
                .isInstanceOfSatisfying(
                        ParityResult.Skipped.class,
                        skipped -> assertThat(skipped.reason()).startsWith("expected [1], found ["));
    }

    @Test
    void namesALineThatIsNoText() throws IOException {
        copyTokenizer("{\"text\":\"\",\"ids\":[]}\n{\"text\"\n");
        assertThatThrownBy(() -> TokenizerParity.check(folder, result -> {}))
                .isInstanceOf(ModelFileException.class)
                .hasMessageContaining("expected_tokens.jsonl: line 2: expected a text and its ids");
    }

    private void copyTokenizer(String expected) throws IOException {
        for (String file : List.of("vocab.json", "merges.txt", "tokenizer_config.json")) {
            Files.copy(GOLDEN.resolve(file), folder.resolve(file));
        }
        Files.writeString(folder.resolve("expected_tokens.jsonl"), expected);
    }
}
