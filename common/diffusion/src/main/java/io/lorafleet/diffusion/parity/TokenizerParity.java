// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.parity;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lorafleet.diffusion.text.ClipTokenizer;
import io.lorafleet.diffusion.weights.ModelFileException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Compares the token ids of a corpus of texts with those of another implementation. */
public final class TokenizerParity {
    private static final String EXPECTED = "expected_tokens.jsonl";
    /** After this many differing texts, only their number is reported. */
    private static final int NAMED = 10;

    private TokenizerParity() {}

    /** One line of the file. @param ids token ids, without start, end and padding */
    private record Expected(String text, List<Integer> ids) {}

    /** @return whether the folder is a tokenizer with a corpus */
    public static boolean isFor(Path folder) {
        return Files.exists(folder.resolve(EXPECTED));
    }

    /** @param results receives the first texts whose ids differ, then the share of texts that differ */
    public static void check(Path folder, Consumer<ParityResult> results) {
        ClipTokenizer tokenizer = ClipTokenizer.open(folder);
        ObjectMapper mapper = new ObjectMapper();
        int texts = 0;
        int different = 0;
        try (BufferedReader lines = Files.newBufferedReader(folder.resolve(EXPECTED), UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Expected expected = mapper.readValue(line, Expected.class);
                texts++;
                List<Integer> found = tokenizer.tokens(expected.text());
                if (!found.equals(expected.ids())) {
                    different++;
                    if (different <= NAMED) {
                        results.accept(new ParityResult.Skipped(
                                mapper.writeValueAsString(expected.text()),
                                "expected " + expected.ids() + ", found " + found));
                    }
                }
            }
        } catch (JsonProcessingException e) {
            throw new ModelFileException(
                    folder.resolve(EXPECTED) + ": line " + (texts + 1) + ": expected a text and its ids: "
                            + e.getOriginalMessage(),
                    e);
        } catch (IOException e) {
            throw new ModelFileException(folder.resolve(EXPECTED) + ": cannot be read: " + e, e);
        }
        results.accept(new ParityResult.Compared("tokens of " + texts + " texts", (double) different / texts, true));
    }
}
