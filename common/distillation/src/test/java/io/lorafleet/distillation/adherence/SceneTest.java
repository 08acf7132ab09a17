// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.adherence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lorafleet.distillation.adherence.Scene.Background;
import io.lorafleet.distillation.adherence.Scene.Place;
import io.lorafleet.distillation.adherence.SceneObject.Colour;
import io.lorafleet.distillation.adherence.SceneObject.Shape;
import io.lorafleet.distillation.adherence.SceneObject.Size;
import io.lorafleet.distillation.adherence.SceneObject.Texture;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SceneTest {

    @Test
    void readsAPrompt() {
        assertThat(Scene.of("A small striped Orange star  left of a ring on a beige background"))
                .isEqualTo(new Scene(
                        List.of(
                                new SceneObject(Size.SMALL, Texture.STRIPED, Colour.ORANGE, Shape.STAR),
                                new SceneObject(null, null, null, Shape.RING)),
                        Place.LEFT_OF,
                        Background.BEIGE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a ring",
                "an orange cross on a black background",
                "a large dotted pink heart",
                "a striped circle and a solid red square",
                "a diamond above an orange triangle on a gray background"
            })
    void promptRoundTrips(String prompt) {
        assertThat(Scene.of(prompt).prompt()).isEqualTo(prompt);
    }

    @Test
    void writesTheRandomPrompts() {
        assertThat(ScenePrompts.draw(3, 500))
                .allSatisfy(prompt -> assertThat(Scene.of(prompt).prompt()).isEqualTo(prompt));
    }

    @Test
    void namesTheUnknownWordAndTheExpectedOnes() {
        assertThatThrownBy(() -> Scene.of("a striped maroon ring"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("prompt 'a striped maroon ring': word 3: expected red, orange, yellow, green, cyan, blue,"
                        + " purple, pink, circle, square, triangle, star, heart, ring, cross, diamond; found 'maroon'");
        assertThatThrownBy(() -> Scene.of("a ring under a star"))
                .hasMessage("prompt 'a ring under a star': word 3:"
                        + " expected left of, right of, above, below, and, on a, the end; found 'under'");
        assertThatThrownBy(() -> Scene.of("a ring on a white"))
                .hasMessage("prompt 'a ring on a white': word 6: expected background; found the end");
        assertThatThrownBy(() -> Scene.of("")).hasMessage("prompt '': word 1: expected a, an; found ''");
    }

    @Test
    void hasOneOrTwoObjectsWithAShape() {
        SceneObject ring = new SceneObject(null, null, null, Shape.RING);
        SceneObject red = new SceneObject(null, null, Colour.RED, null);
        assertThatThrownBy(() -> new Scene(List.of(), null, null)).hasMessage("objects: expected one or two, found 0");
        assertThatThrownBy(() -> new Scene(List.of(ring, red), null, null))
                .hasMessageStartingWith("objects: expected a shape for each object, found ");
        assertThatThrownBy(() -> new Scene(List.of(ring), Place.ABOVE, null))
                .hasMessage("place: expected none for a single object, found ABOVE");
    }
}
