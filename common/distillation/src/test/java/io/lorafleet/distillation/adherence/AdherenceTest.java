// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.adherence;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.distillation.adherence.Scene.Background;
import io.lorafleet.distillation.adherence.SceneObject.Colour;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AdherenceTest {

    @Test
    void recognizesRenderedScenes() {
        Random random = new Random(11);
        List<Adherence> images = new ArrayList<>();
        for (String prompt : ScenePrompts.draw(11, 400)) {
            Scene scene = Scene.of(prompt);
            images.add(Adherence.score(scene, ScenePainter.paint(scene, random)));
        }

        AdherenceReport report = AdherenceReport.of(images);

        assertThat(report.total().share()).isGreaterThan(0.98);
        assertThat(report.prompts().share()).isGreaterThan(0.95);
        assertThat(report.attributes()).containsOnlyKeys(Attribute.values());
        assertThat(report.attributes().values())
                .allSatisfy(tally -> assertThat(tally.share()).isGreaterThan(0.95));
    }

    @ParameterizedTest
    @CsvSource({
        "COLOUR, a red ring on a white background, an orange ring on a white background",
        "SHAPE, a green square on a gray background, a green circle on a gray background",
        "TEXTURE, a striped blue heart on a beige background, a dotted blue heart on a beige background",
        "TEXTURE, a dotted pink square on a white background, a solid pink square on a white background",
        "SIZE, a large cyan star on a black background, a small cyan star on a black background",
        "BACKGROUND, a yellow cross on a white background, a yellow cross on a beige background",
        "PLACE, a red star left of a red ring on a white background, a red star right of a red ring on a white background",
        "PLACE, a red star above a blue ring on a black background, a red star left of a blue ring on a black background"
    })
    void detectsWrongAttributes(Attribute wrong, String painted, String asked) {
        Adherence adherence = Adherence.score(Scene.of(asked), paint(painted));
        assertThat(adherence.whole()).isFalse();
        assertThat(adherence.total().asked() - adherence.total().met()).isOne();
        assertThat(adherence.attributes().get(wrong).share()).isLessThan(1);
    }

    @Test
    void assignsTwoObjects() {
        RgbImage image = paint("a dotted blue ring below a red star on a white background");
        assertThat(Adherence.score(Scene.of("a red star and a dotted blue ring"), image)
                        .whole())
                .isTrue();
        assertThat(Adherence.score(Scene.of("a blue star and a dotted red ring"), image)
                        .attributes())
                .isEqualTo(Map.of(
                        Attribute.COLOUR, new Tally(0, 2),
                        Attribute.SHAPE, new Tally(2, 2),
                        Attribute.TEXTURE, new Tally(1, 1)));
    }

    @Test
    void missesASecondObject() {
        Scene asked = Scene.of("a red star above a blue ring");
        Adherence adherence = Adherence.score(asked, paint("a solid red star on a black background"));
        assertThat(adherence.attributes())
                .isEqualTo(Map.of(
                        Attribute.COLOUR, new Tally(1, 2),
                        Attribute.SHAPE, new Tally(1, 2),
                        Attribute.PLACE, new Tally(0, 1)));
    }

    @Test
    void promptWithAdditionalObjectsIsNotWhole() {
        RgbImage image = paint("a blue ring left of a blue ring on a white background");
        Adherence adherence = Adherence.score(Scene.of("a blue ring"), image);
        assertThat(adherence.total()).isEqualTo(new Tally(2, 2));
        assertThat(adherence.whole()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void findsNothingInAnEmptyImage(Background background) {
        Scene asked = Scene.of("a large red star on a " + WordReader.of(background) + " background");
        Adherence adherence = Adherence.score(asked, ScenePainter.plain(background.rgb));
        assertThat(adherence.total()).isEqualTo(new Tally(1, 4));
        assertThat(adherence.whole()).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void findsNoObjectInAnImageOfOneColour(Colour colour) {
        Scene asked = Scene.of("a " + WordReader.of(colour) + " square on a white background");
        assertThat(Adherence.score(asked, ScenePainter.plain(colour.rgb)).total())
                .isEqualTo(new Tally(0, 3));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void findsNoObjectInNoise(long seed) {
        byte[] rgb = new byte[3 * 64 * 64];
        new Random(seed).nextBytes(rgb);
        Scene asked = Scene.of("a large red star left of a blue ring on a white background");
        assertThat(Adherence.score(asked, new RgbImage(64, 64, rgb)).whole()).isFalse();
    }

    private static RgbImage paint(String prompt) {
        return ScenePainter.paint(Scene.of(prompt), new Random(3));
    }
}
