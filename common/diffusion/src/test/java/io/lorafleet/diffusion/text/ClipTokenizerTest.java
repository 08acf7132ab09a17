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
                .startsWith(49406, 0, 49407, 0, 0) // in the text, too, the token is that of the padding
                .endsWith(0);
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
