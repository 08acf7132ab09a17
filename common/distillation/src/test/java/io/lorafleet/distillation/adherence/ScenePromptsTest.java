// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.adherence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class ScenePromptsTest {
    private static final Path FOLDER = Path.of("../../deploy/demo-model/prompts");
    private static final int SEED = 1;
    private static final int TRAIN = 2000;
    private static final int HELD_OUT = 600;

    /** To regenerate the files, write the expected lines. */
    @Test
    void makesThePromptsOfTheDemoModel() throws IOException {
        List<String> prompts = ScenePrompts.draw(SEED, TRAIN + HELD_OUT);
        assertThat(FOLDER.resolve("train.txt")).hasContent(lines(prompts.subList(0, TRAIN)));
        assertThat(FOLDER.resolve("held-out.txt")).hasContent(lines(prompts.subList(TRAIN, prompts.size())));
    }

    private static String lines(List<String> prompts) {
        return String.join("\n", prompts) + "\n";
    }

    @Test
    void holdsOutPromptsThatAreNotTrainedOn() throws IOException {
        assertThat(Files.readAllLines(FOLDER.resolve("held-out.txt")))
                .hasSize(HELD_OUT)
                .doesNotHaveDuplicates()
                .doesNotContainAnyElementsOf(Files.readAllLines(FOLDER.resolve("train.txt")));
    }

    @Test
    void promptsDependOnlyOnTheSeed() {
        assertThat(ScenePrompts.draw(5, 50)).isEqualTo(ScenePrompts.draw(5, 50)).isNotEqualTo(ScenePrompts.draw(6, 50));
    }

    @Test
    void makesDistinctPromptsWithTheFrequenciesOfTheCaptions() {
        List<String> prompts = ScenePrompts.draw(7, 4000);
        assertThat(prompts).hasSize(4000).doesNotHaveDuplicates();
        for (List<String> part : List.of(prompts.subList(0, 1000), prompts.subList(3000, 4000))) {
            assertThat(share(part, scene -> scene.objects().size() == 1)).isCloseTo(0.6, within(0.05));
            assertThat(share(part, scene -> scene.background() != null)).isCloseTo(0.75, within(0.05));
        }
    }

    private static double share(List<String> prompts, Predicate<Scene> test) {
        return (double) prompts.stream().map(Scene::of).filter(test).count() / prompts.size();
    }

    @Test
    void rejectsTooManyPrompts() {
        assertThatThrownBy(() -> ScenePrompts.draw(1, 4001)).hasMessage("count: expected 0 to 4000, found 4001");
    }
}
