// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClipTokenizerTest {
    private static final long START = 678;
    private static final long END = 679;
    /** A tokenizer with added words, and with ! as its padding. */
    private static final Path WORDS = Path.of("src/test/resources/golden/tokenizer");

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
    void lowerCasesEachCharacterByItself() {
        assertThat(tokenizer.tokens("\u039F\u03A3")).isEqualTo(tokenizer.tokens("\u03BF\u03C3")); // no final sigma
        assertThat(tokenizer.tokens("\u0130")).isEqualTo(tokenizer.tokens("i\u0307"));
    }

    @Test
    void recognisesASpecialTokenOnlyAsItIsWritten() {
        assertThat(tokenizer.tokens("<|endoftext|>")).containsExactly((int) END);
        assertThat(tokenizer.tokens("<|ENDOFTEXT|>")).hasSizeGreaterThan(1);
    }

    @Test
    void recognisesTheWordsOfTextualInversions() {
        ClipTokenizer words = ClipTokenizer.open(WORDS);
        assertThat(words.tokens("a <my-cat> in MY-Style")).contains(680, 681);
        assertThat(words.tokens("<My-Cat>")).containsExactly(680);
    }

    @Test
    void aPaddingTokenOfTheSpecialTokensMapReplacesThatOfTheConfig() {
        int exclamation = 0;
        ClipTokenizer words = ClipTokenizer.open(WORDS);
        assertThat(words.encode("")).endsWith(exclamation);
        assertThat(words.tokens("!!")).containsExactly(exclamation, exclamation);
    }

    @Test
    void readsTheFileThatTransformersFiveWrites(@TempDir Path folder) throws Exception {
        ObjectMapper json = new ObjectMapper();
        ObjectNode whole = json.createObjectNode();
        ObjectNode model = whole.putObject("model");
        model.set("vocab", json.readTree(WORDS.resolve("vocab.json").toFile()));
        ArrayNode merges = model.putArray("merges");
        try (Stream<String> lines = Files.lines(WORDS.resolve("merges.txt"))) {
            lines.skip(1)
                    .map(line -> line.split(" "))
                    .forEach(pair -> merges.addArray().add(pair[0]).add(pair[1]));
        }
        ArrayNode added = whole.putArray("added_tokens");
        added.addObject().put("id", 0).put("content", "!").put("special", true).put("normalized", false);
        added.addObject()
                .put("id", 680)
                .put("content", "<My-Cat>")
                .put("normalized", true)
                .put("lstrip", true);
        json.writeValue(folder.resolve("tokenizer.json").toFile(), whole);
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"model_max_length\": 32, \"pad_token\": \"!\"}");
        ClipTokenizer read = ClipTokenizer.open(folder);
        assertThat(read.encode("a red star!"))
                .isEqualTo(ClipTokenizer.open(WORDS).encode("a red star!"));
        assertThat(read.tokens("red   <my-cat>")).endsWith(680);
    }

    @Test
    void refusesATokenThatItCannotRecognise(@TempDir Path folder) throws Exception {
        for (String file : List.of("vocab.json", "merges.txt")) {
            Files.copy(WORDS.resolve(file), folder.resolve(file));
        }
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"model_max_length\": 32, \"added_tokens_decoder\": {\"680\": {\"content\": \"x\", \"single_word\": true}}}");
        assertThatThrownBy(() -> ClipTokenizer.open(folder))
                .hasMessageContaining("tokenizer_config.json: added token \"x\": single_word: expected false");
    }

    @Test
    void namesTheFileThatIsMissing(@TempDir Path empty) throws Exception {
        assertThatThrownBy(() -> ClipTokenizer.open(empty)).hasMessageContaining("vocab.json");
        Files.writeString(empty.resolve("vocab.json"), "{\"a\": 0}");
        assertThatThrownBy(() -> ClipTokenizer.open(empty)).hasMessageContaining("merges.txt");
        Files.writeString(empty.resolve("merges.txt"), "#version: 0.2\n");
        Files.writeString(empty.resolve("tokenizer_config.json"), "{}");
        assertThatThrownBy(() -> ClipTokenizer.open(empty))
                .hasMessageContaining("model_max_length: expected a whole number of at least 3, found nothing");
        Files.writeString(empty.resolve("tokenizer_config.json"), "{\"model_max_length\": 77}");
        assertThatThrownBy(() -> ClipTokenizer.open(empty)).hasMessageContaining("expected the token <|startoftext|>");
    }
}
