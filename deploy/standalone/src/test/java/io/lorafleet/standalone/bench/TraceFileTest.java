// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.standalone.FleetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TraceFileTest {
    private static final String FIRST = "{'offset': 1, 'prompt': 'a star', 'seed': 7, 'guidance': 5, 'steps': 20}";

    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("trace.jsonl");
    }

    @Test
    void readsWhatItWrote() throws IOException {
        List<TracedRequest> requests = List.of(
                new TracedRequest(
                        Duration.ZERO, "a \"star\"", 4294967295L, null, 5, 20, null, null, Priority.INTERACTIVE),
                new TracedRequest(
                        Duration.ofMillis(1250),
                        "",
                        0,
                        "fast@3",
                        7.5,
                        8,
                        SamplerName.DPMPP_2M,
                        new Resolution(96, 64),
                        Priority.BATCH));

        TraceFile.write(file, requests);

        assertThat(TraceFile.read(file)).isEqualTo(requests);
    }

    @Test
    void whatMayBeLeftOutIsTheServersToChoose() throws IOException {
        write(FIRST + "\n\n");

        assertThat(TraceFile.read(file))
                .containsExactly(new TracedRequest(
                        Duration.ofSeconds(1), "a star", 7, null, 5, 20, null, null, Priority.INTERACTIVE));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            'steps': 'many' | steps: expected a whole number from 1 to 1000, found "many"
            'steps': 2.5 | steps: expected a whole number from 1 to 1000, found 2.5
            'seed': 4294967296 | seed: expected a whole number from 0 to 4294967295, found 4294967296
            'guidance': 0.5 | guidance: expected a number from 1.0 to 50.0, found 0.5
            'prompt': 7 | prompt: expected a string, found 7
            'width': 64 | height: expected a whole number from 8 to 4096, found nothing
            'priority': 'low' | priority: expected one of [interactive, batch], found "low"
            'offset': 0.5 | offset: expected at least the offset of the previous line, 1.0, found 0.5
            'adaptor': 'fast' | expected only the fields [adapter, guidance, height, offset, priority, prompt, sampler, seed, steps, width], found adaptor
            """)
    void namesTheFileTheLineAndWhatWasExpected(String field, String problem) throws IOException {
        // If a field occurs twice, the last occurrence applies.
        write(FIRST + "\n\n" + FIRST.replace("}", ", " + field + "}"));

        assertThatThrownBy(() -> TraceFile.read(file))
                .isInstanceOf(FleetException.class)
                .hasMessage(file + ", line 3: " + problem);
    }

    @Test
    void refusesWhatIsNoObject() throws IOException {
        write("[1]");
        assertThatThrownBy(() -> TraceFile.read(file)).hasMessage(file + ", line 1: expected a JSON object, found [1]");

        write("{'offset'");
        assertThatThrownBy(() -> TraceFile.read(file))
                .hasMessageStartingWith(file + ", line 1: expected a JSON object, found ");
    }

    @Test
    void saysThatThereIsNoFile() {
        assertThatThrownBy(() -> TraceFile.read(file))
                .isInstanceOf(FleetException.class)
                .hasMessageStartingWith("cannot read " + file);
    }

    private void write(String lines) throws IOException {
        Files.writeString(file, lines.replace('\'', '"'));
    }
}
