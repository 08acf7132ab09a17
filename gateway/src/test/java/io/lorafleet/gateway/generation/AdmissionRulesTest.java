package io.lorafleet.gateway.generation;

import static io.lorafleet.gateway.generation.Samples.NOTHING_BUT_A_PROMPT;
import static io.lorafleet.gateway.generation.Samples.NOW;
import static io.lorafleet.gateway.generation.Samples.ready;
import static io.lorafleet.gateway.generation.Samples.style;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.gateway.BadField;
import io.lorafleet.gateway.Images;
import io.lorafleet.gateway.adapter.AdapterRegistry;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.messages.GenerateImage;
import io.lorafleet.messages.InitImage;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.storage.Sha256;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AdmissionRulesTest {
    private final ModelDirectory models = new ModelDirectory();
    private final AdapterRegistry adapters = new AdapterRegistry();
    private final AdmissionRules rules =
            new AdmissionRules(Samples.LIMITS, models, adapters, new Random(1), Clock.fixed(NOW, ZoneOffset.UTC));

    @BeforeEach
    void announceAModel() {
        models.apply(ready());
    }

    @Test
    void takesFromTheModelWhatTheOrderLeavesOpen() {
        GenerateImage request = admitted(NOTHING_BUT_A_PROMPT);
        assertThat(request)
                .usingRecursiveComparison()
                .ignoringFields("requestId", "seed")
                .isEqualTo(Samples.request("any"));
    }

    @Test
    void drawsAnotherSeedForEachRequest() {
        assertThat(admitted(NOTHING_BUT_A_PROMPT).seed())
                .isNotEqualTo(admitted(NOTHING_BUT_A_PROMPT).seed());
    }

    @Test
    void pinsTheNewestVersionOfAnAdapter() {
        adapters.apply(style("ink", 2));
        adapters.apply(style("ink", 1));
        assertThat(admitted(withAdapter("ink")).adapter()).hasToString("ink@2");
        assertThat(admitted(withAdapter("ink@1")).adapter()).hasToString("ink@1");
    }

    @Test
    void namesTheAdaptersThatThereAre() {
        adapters.apply(style("ink", 1));
        assertThat(rules.admit(withAdapter("oil"))).isEqualTo(new Admission.UnknownAdapter("oil", List.of("ink")));
        assertThat(rules.admit(withAdapter("ink@2"))).isInstanceOf(Admission.UnknownAdapter.class);
    }

    @Test
    void admitsNothingBeforeAWorkerAnnouncedItsModel() {
        AdmissionRules noWorker =
                new AdmissionRules(Samples.LIMITS, new ModelDirectory(), adapters, new Random(1), Clock.systemUTC());
        assertThat(noWorker.admit(NOTHING_BUT_A_PROMPT)).isEqualTo(new Admission.NoModel());
    }

    @ParameterizedTest
    @CsvSource({
        "0, ddim, 64, 64, 0, 1, steps",
        "201, ddim, 64, 64, 0, 1, steps",
        "20, heun, 64, 64, 0, 1, sampler",
        "20, ddim, 60, 64, 0, 1, width",
        "20, ddim, 0, 64, 0, 1, width",
        "20, ddim, 64, 4104, 0, 1, height",
        "20, ddim, 2048, 1024, 0, 1, width * height",
        "20, ddim, 64, 64, -1, 1, seed",
        "20, ddim, 64, 64, 4294967296, 1, seed",
        "20, ddim, 64, 64, 4294967295, 2, seed",
        "20, ddim, 64, 64, 0, 0, count",
        "20, ddim, 64, 64, 0, 9, count",
    })
    void refusesAFieldOutOfRange(
            int steps, String sampler, int width, int height, long seed, int count, String badField) {
        GenerationOrder order = new GenerationOrder(
                "a", null, null, null, null, null, null, steps, sampler, width, height, seed, count);
        assertThat(refused(order)).extracting(BadField::field).containsExactly(badField);
    }

    @Test
    void takesFieldsAtTheirLimits() {
        GenerationOrder order = new GenerationOrder(
                "p".repeat(1000),
                "n".repeat(1000),
                null,
                null,
                null,
                -8.0,
                50.0,
                200,
                "euler",
                1024,
                1024,
                4294967288L,
                8);
        assertThat(admitted(order))
                .extracting(GenerateImage::sampler, GenerateImage::seed, GenerateImage::count)
                .containsExactly(SamplerName.EULER, 4294967288L, 8);
    }

    @Test
    void namesEveryBadFieldAtOnceAndQuotesNoText() {
        GenerationOrder order =
                new GenerationOrder(null, "n".repeat(1001), null, null, null, 9.0, 0.5, 0, "heun", 60, 60, -1L, 9);
        assertThat(refused(order))
                .extracting(BadField::field)
                .containsExactly(
                        "prompt",
                        "negativePrompt",
                        "adapterScale",
                        "guidanceScale",
                        "steps",
                        "sampler",
                        "width",
                        "height",
                        "count",
                        "seed");
        assertThat(refused(order)).extracting(BadField::found).contains("1001 characters");
    }

    @ParameterizedTest
    @CsvSource({"png, 64, 64, 64, 64", "png, 75, 50, 72, 48", "jpeg, 64, 128, 64, 128"})
    void takesTheSizeFromTheInitImageCutDownToTheModelsMultiple(
            String format, int width, int height, int expectedWidth, int expectedHeight) {
        byte[] file = Images.file(format, width, height);
        GenerateImage request = admitted(withInitImage(Images.base64(file), null, null));
        assertThat(request.initImage()).isEqualTo(new InitImage(Sha256.of(file), 0.8));
        assertThat(request.width()).isEqualTo(expectedWidth);
        assertThat(request.height()).isEqualTo(expectedHeight);
        assertThat(request.allSteps()).isEqualTo(16);
    }

    @Test
    void keepsToTheSizeThatIsOrderedOverAnInitImage() {
        GenerationOrder order =
                new GenerationOrder("a", null, png(), null, null, null, null, null, null, 128, null, null, null);
        assertThat(admitted(order))
                .extracting(GenerateImage::width, GenerateImage::height)
                .containsExactly(128, 64);
    }

    @Test
    void takesAnInitImageAsADataUrl() {
        InitImage fromUrl = admitted(withInitImage("data:image/png;base64," + png(), null, null))
                .initImage();
        assertThat(fromUrl).isEqualTo(admitted(withInitImage(png(), null, null)).initImage());
    }

    @ParameterizedTest
    @CsvSource({
        "0, , strength",
        "1.1, , strength",
        "-1, , strength",
        "NaN, , strength",
        "0.04, , strength * steps",
        "0.8, 1, strength * steps"
    })
    void refusesAStrengthThatMakesNoStepOrTooMany(double strength, Integer steps, String badField) {
        assertThat(refused(withInitImage(png(), strength, steps)))
                .extracting(BadField::field)
                .containsExactly(badField);
    }

    @Test
    void refusesStrengthWithoutAnInitImage() {
        assertThat(refused(withInitImage(null, 0.5, null)))
                .containsExactly(new BadField("strength", "none without initImage", "0.5"));
    }

    @ParameterizedTest
    @MethodSource("badInitImages")
    void refusesWhatIsNoImageThatCanBeUsed(String initImage, String expected, String found) {
        assertThat(refused(withInitImage(initImage, null, null)))
                .containsExactly(new BadField("initImage", expected, found));
    }

    static Stream<Arguments> badInitImages() {
        byte[] png = Images.file("png", 64, 64);
        String aPicture = "a picture with sides of at least 8 and together at most 4194304 pixels";
        String aFile = "a PNG or JPEG file";
        String base64 = aFile + " in base64, or as a data: URL with base64";
        String whole = "a whole PNG or JPEG picture, in RGB or gray";
        return Stream.of(
                Arguments.of("a secret, and no base64", base64, "23 characters of something else"),
                Arguments.of("data:image/png,%89PNG", base64, "6 characters of something else"),
                Arguments.of(Images.base64("plain text".getBytes(UTF_8)), aFile, "another kind"),
                Arguments.of(Images.base64(Images.file("gif", 64, 64)), aFile, "another kind"),
                Arguments.of("", aFile, "another kind"),
                Arguments.of(Images.base64(Arrays.copyOf(png, png.length / 2)), whole, "one that cannot be decoded"),
                Arguments.of(Images.base64(Images.file("png", 7, 64)), aPicture, "7 x 64"),
                Arguments.of(Images.base64(Images.bomb(60_000, 60_000)), aPicture, "60000 x 60000"),
                Arguments.of(
                        Images.base64(new byte[8 * 1024 * 1024 + 1]),
                        "a file of at most 8388608 bytes",
                        "8388609 bytes"));
    }

    private static GenerationOrder withInitImage(String initImage, Double strength, Integer steps) {
        return new GenerationOrder(
                "a", null, initImage, strength, null, null, null, steps, null, null, null, null, null);
    }

    private static String png() {
        return Images.base64(Images.file("png", 64, 64));
    }

    private GenerateImage admitted(GenerationOrder order) {
        return ((Admission.Admitted) rules.admit(order)).request();
    }

    private List<BadField> refused(GenerationOrder order) {
        return ((Admission.Refused) rules.admit(order)).badFields();
    }

    private static GenerationOrder withAdapter(String adapter) {
        return new GenerationOrder("a", null, null, null, adapter, null, null, null, null, null, null, null, null);
    }
}
