// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.messages.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Trains a student of the demo model in a few steps, and evaluates it. */
class DistillCommandTest {
    private static final Path MODEL = Path.of("../demo-model");

    @TempDir
    private Path folder;

    private Path prompts;

    @BeforeEach
    void writePrompts() throws IOException {
        prompts =
                Files.writeString(folder.resolve("prompts.txt"), "a red circle\n\na blue star on a gray background\n");
    }

    @Test
    void makesAStudentThatCanBeEvaluated() throws IOException {
        assertThat(distill().exit()).isZero();

        Path file = folder.resolve("tiny.safetensors");
        assertThat(Safetensors.open(file).metadata())
                .containsEntry("lorafleet.guidance", "4.0")
                .containsEntry("modelspec.architecture", "stable-diffusion/lora")
                .containsEntry("modelspec.title", "tiny")
                .containsEntry("modelspec.resolution", "64x64")
                .containsEntry("modelspec.prediction_type", "epsilon")
                .containsKey("lora_adapter_metadata");
        assertThat(folder.resolve("tiny.md"))
                .content()
                .contains("# tiny", "| guidance scale | 4.0 |", "| image size | 64 x 64 |", "with 2 prompts");
        assertThat(folder.resolve("tiny.checkpoint")).doesNotExist();
        JsonNode report = Json.read(
                CommandRun.of(
                                "evaluate",
                                "--model=" + MODEL,
                                "--adapter=" + file,
                                "--prompts=" + prompts,
                                "--guidance=4",
                                "--steps=3",
                                "--report=" + folder,
                                "--json")
                        .out()
                        .getBytes(UTF_8),
                JsonNode.class);
        assertThat(report.at("/prompts").asInt()).isEqualTo(2);
        assertThat(report.at("/quality/learned").asDouble()).isGreaterThan(0);
        assertThat(report.at("/adherence/teacher/attributes/COLOUR/asked").asInt())
                .isEqualTo(2);
        assertThat(folder.resolve("images.png")).isNotEmptyFile();
        assertThat(folder.resolve("report.md"))
                .content()
                .contains("a blue star on a gray background", "| all |", "![](images.png)");
    }

    @Test
    void refusesACheckpointOfOtherOptions() throws IOException {
        Files.writeString(folder.resolve("tiny.checkpoint"), "no checkpoint");

        CommandRun run = distill();

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("checkpoint");
        assertThat(folder.resolve("tiny.safetensors")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "--prompts=nowhere.txt, --prompts: cannot read nowhere.txt",
        "--output=nowhere, '--output: expected a folder, found nowhere'",
        "--guidance=1, --guidance: expected more than 1",
        "--sampler-steps=1, '--sampler-steps: expected at least 2, found 1'",
        "--width=65, 'width: expected a multiple of 4, found 65'",
        "--model=nowhere, nowhere"
    })
    void saysWhatIsWrong(String option, String message) {
        CommandRun run = distill(option);

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains(message);
    }

    @Test
    void saysThatThereIsNoSuchStudent() {
        CommandRun run =
                CommandRun.of("evaluate", "--model=" + MODEL, "--adapter=none.safetensors", "--prompts=" + prompts);

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.err()).contains("--adapter: file not found: none.safetensors");
    }

    private CommandRun distill(String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "distill",
                "--model=" + MODEL,
                "--prompts=" + prompts,
                "--name=tiny",
                "--output=" + folder,
                "--guidance=4",
                "--rank=2",
                "--targets=attention",
                "--steps=6",
                "--batch=4",
                "--prompts-per-round=2",
                "--sampler-steps=4",
                "--learning-rate=5e-3",
                "--ema=0"));
        for (String option : more) {
            String name = option.substring(0, option.indexOf('=') + 1);
            arguments.removeIf(argument -> argument.startsWith(name));
            arguments.add(option);
        }
        return CommandRun.of(arguments.toArray(String[]::new));
    }
}
