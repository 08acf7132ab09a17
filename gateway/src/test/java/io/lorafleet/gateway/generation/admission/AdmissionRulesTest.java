// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import static io.lorafleet.gateway.Adapters.embedding;
import static io.lorafleet.gateway.Adapters.student;
import static io.lorafleet.gateway.Adapters.style;
import static io.lorafleet.gateway.generation.Samples.NOTHING_BUT_A_PROMPT;
import static io.lorafleet.gateway.generation.Samples.NOW;
import static io.lorafleet.gateway.generation.Samples.body;
import static io.lorafleet.gateway.generation.Samples.inpainting;
import static io.lorafleet.gateway.generation.Samples.ready;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.gateway.Adapters;
import io.lorafleet.gateway.BadField;
import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.gateway.Images;
import io.lorafleet.gateway.generation.Samples;
import io.lorafleet.gateway.generation.state.Backlog;
import io.lorafleet.gateway.generation.state.GenerationTable;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.messages.LongPrompt;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.TimestepSpacing;
import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.adapter.SamplingDefaults;
import io.lorafleet.messages.generation.AppliedControlNet;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GuidanceInterval;
import io.lorafleet.messages.generation.InitImage;
import io.lorafleet.messages.generation.InitImageMask;
import io.lorafleet.messages.generation.PromptEncoding;
import io.lorafleet.messages.generation.SamplingOptions;
import io.lorafleet.messages.worker.WorkerStatus;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import io.lorafleet.messages.worker.WorkerStatus.TextEncoderShape;
import io.lorafleet.registry.AdapterEvent;
import io.lorafleet.registry.AdapterRegistry;
import io.lorafleet.storage.Sha256;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class AdmissionRulesTest {
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    /** Fingerprint of a second base. */
    private static final String XL = "cd".repeat(32);

    private final ModelDirectory models = new ModelDirectory(CLOCK);
    private final AdapterRegistry adapters = new AdapterRegistry();
    private final AdmissionRules rules =
            new AdmissionRules(Samples.LIMITS, models, adapters, new Backlog(CLOCK), Samples.NO_WEBHOOKS, CLOCK);

    @BeforeEach
    void announceAModel() {
        models.apply(ready());
    }

    @Test
    void usesTheModelsDefaults() {
        GenerateImage request = admitted(NOTHING_BUT_A_PROMPT);
        assertThat(request)
                .usingRecursiveComparison()
                .ignoringFields("requestId", "seed")
                .isEqualTo(Samples.request("any"));
    }

    @Test
    void encodesALongPromptInChunksUnlessTheRequestTruncatesIt() {
        String longPrompt = "a red star ".repeat(20);
        assertThat(admitted(body(Map.of("prompt", longPrompt))))
                .returns(new PromptEncoding(LongPrompt.CHUNKS, false, 0), GenerateImage::promptEncoding)
                .returns(2, GenerateImage::schemaVersion);
        assertThat(admitted(body(Map.of("negativePrompt", longPrompt))).promptEncoding())
                .isEqualTo(new PromptEncoding(LongPrompt.CHUNKS, false, 0));
        assertThat(admitted(body(Map.of("prompt", longPrompt, "longPrompt", "truncate"))))
                .returns(null, GenerateImage::promptEncoding)
                .returns(null, GenerateImage::schemaVersion);
    }

    /** Thus, workers of an older release can take the request. */
    @Test
    void aShortPromptNeedsNoNewerWorkers() {
        assertThat(admitted(body(Map.of("prompt", "a (red) star, thirty characters")))
                        .promptEncoding())
                .isNotNull();
        assertThat(admitted(body(Map.of("prompt", "a (red) star, 30 characters")))
                        .promptEncoding())
                .isNull();
        assertThat(admitted(body(Map.of("prompt", "\u5927\u661F"))).promptEncoding())
                .isNotNull(); // normalization could add bytes
    }

    @Test
    void refusesToSkipMoreLayersThanTheModelHas() {
        models.apply(describing(new TextEncoderShape(768, 12, 77)));
        assertThat(refused(body(Map.of("clipSkip", 13)))).containsExactly(new BadField("clipSkip", "0 to 12", "13"));
        models.apply(describing(new TextEncoderShape(768, 12, 77), new TextEncoderShape(1280, 32, 77)));
        assertThat(refused(body(Map.of("clipSkip", 12)))).containsExactly(new BadField("clipSkip", "0 to 11", "12"));
        assertThat(admitted(body(Map.of("clipSkip", 11))).encoding().clipSkip()).isEqualTo(11);
    }

    private static WorkerStatus describing(TextEncoderShape... textEncoders) {
        BaseModel base = new BaseModel("tiny-sd", Samples.SHA, 8, 64, SamplerName.DDIM, null, List.of(textEncoders));
        return new WorkerStatus("w1", WorkerStatus.State.READY, "cpu()", 1, 0, null, base, List.of(), List.of(), NOW);
    }

    @ParameterizedTest
    @CsvSource({"a <Cat-Toy>, ''", "a star, (<cat-toy>:1.2)"})
    void anEmbeddingReplacesItsWordInAPrompt(String prompt, String negativePrompt) {
        adapters.apply(AdapterEvent.of(embedding("toy", "<cat-toy>")));
        GenerateImage request =
                admitted(body(Map.of("prompt", prompt, "negativePrompt", negativePrompt, "adapter", "toy")));
        assertThat(request.adapters()).hasToString("[toy@1 for <cat-toy>]");
        assertThat(request.schemaVersion()).isEqualTo(3);
        assertThat(request.encoding().longPrompt()).isEqualTo(LongPrompt.CHUNKS); // the word has several tokens
    }

    @Test
    void refusesEmbeddingsThatHaveNoEffect() {
        adapters.apply(AdapterEvent.of(embedding("toy", "<cat-toy>")));
        adapters.apply(AdapterEvent.of(embedding("other", "<CAT-toy>")));
        assertThat(refused(body(Map.of("prompt", "a cat-toy", "adapter", "toy"))))
                .containsExactly(new BadField(
                        "adapter",
                        "an embedding whose trigger word is in the prompt or the negative prompt",
                        "toy@1, whose word <cat-toy> is in neither"));
        List<Object> both = List.of(Map.of("adapter", "toy"), Map.of("adapter", "other"));
        assertThat(refused(body(Map.of("prompt", "a <cat-toy>", "adapters", both))))
                .containsExactly(new BadField(
                        "adapters[1].adapter",
                        "embeddings with different trigger words",
                        "toy@1 and other@1, both with <CAT-toy>"));
        assertThat(refused(body(Map.of("prompt", "a <cat-toy>", "adapter", "toy", "adapterScale", 0.5))))
                .containsExactly(new BadField(
                        "adapterScale",
                        "none or 1, because the strength of an embedding is the weight of its word in the prompt",
                        "0.5"));
    }

    @Test
    void takesPromptWeightsAndClipSkip() {
        assertThat(admitted(body(Map.of("promptWeights", true, "clipSkip", 2))).promptEncoding())
                .isEqualTo(new PromptEncoding(LongPrompt.CHUNKS, true, 2));
        Admission refused =
                rules.admit(body(Map.of("longPrompt", "cut", "clipSkip", 33)), RequestIdentity.random(null));
        assertThat(((Admission.Refused) refused).badFields())
                .containsExactly(
                        new BadField("longPrompt", "chunks or truncate", "another value"),
                        new BadField("clipSkip", "0 to 32", "33"));
    }

    @Test
    void guidesAPartOfTheSteps() {
        GenerateImage request = admitted(sampling(Map.of("guidanceEnd", 0.8)));
        assertThat(request)
                .returns(
                        new SamplingOptions(new GuidanceInterval(0, 0.8), null, null, null, null),
                        GenerateImage::sampling)
                .returns(3, GenerateImage::schemaVersion)
                .returns(20 + 16L, GenerateImage::unetEvaluations);
        assertThat(admitted(sampling(Map.of("guidanceStart", 0.0, "guidanceEnd", 1.0)))
                        .sampling())
                .as("the default, which workers of an older release understand")
                .isNull();
        assertThat(refused(sampling(Map.of("guidanceStart", -0.1, "guidanceEnd", 1.1))))
                .containsExactly(
                        new BadField("guidanceStart", "0.0 to 1.0", "-0.1"),
                        new BadField("guidanceEnd", "0.0 to 1.0", "1.1"));
        assertThat(refused(body(Map.of("steps", 4, "sampling", Map.of("guidanceStart", 0.5, "guidanceEnd", 0.6)))))
                .containsExactly(new BadField(
                        "guidanceEnd",
                        "an interval from guidanceStart to guidanceEnd with at least one of 4 steps",
                        "0.5 to 0.6"));
        assertThat(refused(body(Map.of("guidanceScale", 1.0, "sampling", Map.of("guidanceStart", 0.2)))))
                .containsExactly(new BadField(
                        "guidanceStart", "none without guidance, as with guidance scale 1 or a student", "0.2"));
    }

    /** A shadow is compared with the guided teacher in every step. */
    @Test
    void aGuidanceIntervalHasNoShadow() {
        adapters.apply(AdapterEvent.of(student("fast", 1, 5)));
        adapters.apply(AdapterEvent.of(Adapters.route("fast", 1, null, new AdapterRoute.Share(1, 1))));
        assertThat(admitted(NOTHING_BUT_A_PROMPT).shadow()).isNotNull();
        assertThat(admitted(sampling(Map.of("guidanceEnd", 0.8))).shadow()).isNull();
    }

    @Test
    void takesASpacingAndExplicitSchedules() {
        assertThat(admitted(sampling(Map.of("timestepSpacing", "trailing"))).samplingOptions())
                .returns(TimestepSpacing.TRAILING, SamplingOptions::spacing);
        GenerateImage timesteps =
                admitted(body(Map.of("sampler", "lcm", "sampling", Map.of("timesteps", List.of(999, 749, 499, 249)))));
        assertThat(timesteps.steps()).isEqualTo(4);
        assertThat(timesteps.samplingOptions().timesteps()).containsExactly(999, 749, 499, 249);
        GenerateImage sigmas = admitted(
                body(Map.of("sampler", "euler", "steps", 2, "sampling", Map.of("sigmas", List.of(14.6, 0.9, 0.0)))));
        assertThat(sigmas.steps()).isEqualTo(2);
        assertThat(sigmas.samplingOptions().sigmas()).containsExactly(14.6, 0.9, 0.0);
        assertThat(admitted(body(Map.of("sampler", "tcd", "sampling", Map.of("eta", 0.0))))
                        .samplingOptions()
                        .eta())
                .isEqualTo(0.0);
    }

    @ParameterizedTest
    @MethodSource("badSchedules")
    void refusesASchedule(String sampler, Map<String, Object> sampling, String field, String expected) {
        assertThat(refused(body(Map.of("sampler", sampler, "sampling", sampling))))
                .singleElement()
                .returns(field, BadField::field)
                .satisfies(bad -> assertThat(bad.expected()).startsWith(expected));
    }

    static Stream<Arguments> badSchedules() {
        String descending = "whole numbers from 999 to 0, each lower than the one before";
        return Stream.of(
                Arguments.of("euler", Map.of("timestepSpacing", "even"), "timestepSpacing", "linspace or leading"),
                Arguments.of(
                        "lcm",
                        Map.of("timestepSpacing", "trailing"),
                        "timestepSpacing",
                        "none with the sampler lcm; these samplers take it: ddim, euler"),
                Arguments.of("ddim", Map.of("timesteps", List.of(9, 1)), "timesteps", "none with the sampler ddim;"),
                Arguments.of("heun", Map.of("sigmas", List.of(9.0, 0.0)), "sigmas", "none with the sampler heun;"),
                Arguments.of(
                        "euler", Map.of("eta", 0.5), "eta", "none with the sampler euler; these samplers take it: tcd"),
                Arguments.of("tcd", Map.of("eta", 1.5), "eta", "0.0 to 1.0"),
                Arguments.of("euler", Map.of("timesteps", List.of()), "number of timesteps", "1 to 200 steps"),
                Arguments.of("euler", Map.of("sigmas", List.of(0.0)), "number of sigmas", "1 to 200 steps"),
                Arguments.of("euler", Map.of("timesteps", List.of(1000, 1)), "timesteps", descending),
                Arguments.of("euler", Map.of("timesteps", List.of(9, -1)), "timesteps", descending),
                Arguments.of("euler", Map.of("timesteps", List.of(9, 9)), "timesteps", descending),
                Arguments.of("euler", Map.of("timesteps", Arrays.asList(9, null)), "timesteps", descending),
                Arguments.of(
                        "euler", Map.of("sigmas", List.of(9.0, 1.0)), "sigmas", "numbers from 4096.0 to a final 0"),
                Arguments.of("euler", Map.of("sigmas", List.of(5000.0, 0.0)), "sigmas", "numbers from 4096.0"),
                Arguments.of("euler", Map.of("sigmas", List.of(1.0, 2.0, 0.0)), "sigmas", "numbers from 4096.0"),
                Arguments.of(
                        "euler",
                        Map.of("timesteps", List.of(9, 1), "timestepSpacing", "leading"),
                        "timestepSpacing",
                        "none with timesteps or sigmas"),
                Arguments.of(
                        "euler",
                        Map.of("timesteps", List.of(9), "sigmas", List.of(9.0, 0.0)),
                        "sigmas",
                        "either timesteps or sigmas"));
    }

    @Test
    void refusesAnotherNumberOfStepsThanTheScheduleHas() {
        assertThat(refused(body(
                        Map.of("sampler", "euler", "steps", 20, "sampling", Map.of("timesteps", List.of(999, 499))))))
                .containsExactly(new BadField("steps", "2, the number of steps that timesteps describes", "20"));
    }

    @Test
    void anAdapterPrescribesWhatTheRequestDoesNotSay() {
        adapters.apply(AdapterEvent.of(prescribing(
                "dmd2", new SamplingDefaults(SamplerName.LCM, null, 1.0, null, List.of(999, 749, 499, 249), null))));
        GenerateImage request = admitted(withAdapter("dmd2"));
        assertThat(request)
                .returns(SamplerName.LCM, GenerateImage::sampler)
                .returns(4, GenerateImage::steps)
                .returns(1.0, GenerateImage::guidanceScale);
        assertThat(request.samplingOptions().timesteps()).containsExactly(999, 749, 499, 249);
        GenerateImage otherSteps = admitted(body(Map.of("adapter", "dmd2", "steps", 6, "guidanceScale", 2.0)));
        assertThat(otherSteps)
                .returns(SamplerName.LCM, GenerateImage::sampler)
                .returns(6, GenerateImage::steps)
                .returns(2.0, GenerateImage::guidanceScale)
                .returns(null, GenerateImage::sampling);
        assertThat(admitted(body(Map.of("adapter", "dmd2", "sampler", "ddim"))))
                .as("a sampler that takes no timesteps")
                .returns(4, GenerateImage::steps)
                .returns(null, GenerateImage::sampling);
        assertThat(admitted(NOTHING_BUT_A_PROMPT).steps()).isEqualTo(20);
    }

    @Test
    void prescribesASpacingForAnyNumberOfSteps() {
        adapters.apply(AdapterEvent.of(prescribing(
                "lightning", new SamplingDefaults(SamplerName.EULER, 4, 1.0, TimestepSpacing.TRAILING, null, null))));
        assertThat(admitted(body(Map.of("adapter", "lightning", "steps", 8))))
                .returns(8, GenerateImage::steps)
                .returns(
                        TimestepSpacing.TRAILING,
                        request -> request.samplingOptions().spacing());
    }

    @Test
    void namesTheAdaptersThatPrescribeDifferentThings() {
        adapters.apply(
                AdapterEvent.of(prescribing("lcm", new SamplingDefaults(SamplerName.LCM, 4, 1.0, null, null, null))));
        adapters.apply(
                AdapterEvent.of(prescribing("tcd", new SamplingDefaults(SamplerName.TCD, 8, 1.0, null, null, 0.5))));
        List<Map<String, Object>> both = List.of(Map.of("adapter", "lcm"), Map.of("adapter", "tcd"));
        String different = "a value, because the adapters prescribe different ones: ";
        assertThat(refused(withAdapters(both)))
                .containsExactly(
                        new BadField("sampler", different + "lcm@1 lcm and tcd@1 tcd", "none"),
                        new BadField("steps", different + "lcm@1 4 and tcd@1 8", "none"));
        assertThat(admitted(body(Map.of("adapters", both, "sampler", "tcd", "steps", 6))))
                .returns(6, GenerateImage::steps)
                .returns(1.0, GenerateImage::guidanceScale)
                .returns(0.5, request -> request.samplingOptions().eta());
    }

    /** The guidance scale would set the student's adapter scale. */
    @Test
    void prescribesNoGuidanceBesideAStudent() {
        adapters.apply(
                AdapterEvent.of(prescribing("lcm", new SamplingDefaults(SamplerName.LCM, 4, 2.0, null, null, null))));
        adapters.apply(AdapterEvent.of(student("fast", 1, 5)));
        GenerateImage request = admitted(withAdapters(List.of(Map.of("adapter", "lcm"), Map.of("adapter", "fast"))));
        assertThat(request.adapters()).hasToString("[lcm@1 x 1.0, fast@1 x 1.0]");
        assertThat(request.steps()).isEqualTo(4);
    }

    private static AdapterVersion prescribing(String name, SamplingDefaults defaults) {
        return new AdapterVersion(
                name,
                1,
                Samples.SHA,
                10,
                4,
                Samples.SHA,
                AdapterVersion.Kind.STYLE,
                null,
                NOW,
                null,
                null,
                null,
                null,
                defaults,
                null);
    }

    private static GenerationRequest sampling(Map<String, Object> fields) {
        return body(Map.of("sampling", fields));
    }

    @Test
    void checksTheWebhook() {
        Admission refused =
                rules.admit(body(Map.of("webhook", "https://example.com/finished")), RequestIdentity.random(null));
        assertThat(((Admission.Refused) refused).badFields())
                .extracting(BadField::field)
                .containsExactly("webhook");
    }

    @Test
    void choosesAnotherSeedForEachRequest() {
        assertThat(admitted(NOTHING_BUT_A_PROMPT).seed())
                .isNotEqualTo(admitted(NOTHING_BUT_A_PROMPT).seed());
    }

    @Test
    void pinsTheNewestVersionOfAnAdapter() {
        adapters.apply(AdapterEvent.of(style("ink", 2)));
        adapters.apply(AdapterEvent.of(style("ink", 1)));
        assertThat(admitted(withAdapter("ink")).adapters()).hasToString("[ink@2 x 1.0]");
        assertThat(admitted(withAdapter("ink@1")).adapters()).hasToString("[ink@1 x 1.0]");
    }

    @Test
    void namesTheAdaptersThatThereAre() {
        adapters.apply(AdapterEvent.of(style("ink", 1)));
        assertThat(rules.admit(withAdapter("oil"), RequestIdentity.random(null)))
                .isEqualTo(new Admission.UnknownAdapter("adapter", List.of("ink")));
        assertThat(rules.admit(withAdapter("ink@2"), RequestIdentity.random(null)))
                .isInstanceOf(Admission.UnknownAdapter.class);
    }

    @Test
    void failsCallsThatWaitTooLong() {
        Backlog backlog = new Backlog(CLOCK);
        GatewayConfig.Limits few = Samples.limits(Map.of("lorafleet.limits.max-queued-evaluations", "100"));
        AdmissionRules strict = new AdmissionRules(few, models, adapters, backlog, Samples.NO_WEBHOOKS, CLOCK);
        GenerationTable table = new GenerationTable(10, backlog);
        GenerationRequest large = body(Map.of("steps", 51)); // 102 evaluations
        GenerateImage first = ((Admission.Admitted) strict.admit(large, RequestIdentity.random(null))).request();
        table.apply(first);
        assertThat(strict.admit(body(Map.of("steps", 1)), RequestIdentity.random(null)))
                .isEqualTo(new Admission.Overloaded(Duration.ofSeconds(5)));
        table.apply(Samples.cancelled(first.requestId()));
        assertThat(strict.admit(body(Map.of("steps", 1)), RequestIdentity.random(null)))
                .isInstanceOf(Admission.Admitted.class);
    }

    @Test
    void refusesMoreRequestsThanMayWait() {
        Backlog backlog = new Backlog(CLOCK);
        GatewayConfig.Limits few = Samples.limits(Map.of("lorafleet.limits.max-queued-requests", "2"));
        AdmissionRules strict = new AdmissionRules(few, models, adapters, backlog, Samples.NO_WEBHOOKS, CLOCK);
        GenerationTable table = new GenerationTable(10, backlog);
        table.apply(Samples.request("a"));
        assertThat(strict.admit(NOTHING_BUT_A_PROMPT, RequestIdentity.random(null)))
                .isInstanceOf(Admission.Admitted.class);
        table.apply(Samples.request("b"));
        assertThat(strict.admit(NOTHING_BUT_A_PROMPT, RequestIdentity.random(null)))
                .isInstanceOf(Admission.Overloaded.class);
    }

    /** Submits cheap requests of one caller, and then an expensive request of the same caller and of another caller. */
    @ParameterizedTest
    @CsvSource({"max-queued-requests-per-caller, 3", "max-queued-evaluations-per-caller, 120"})
    void enforcesThePerCallerLimits(String limit, String most) {
        Backlog backlog = new Backlog(CLOCK);
        GatewayConfig.Limits few = Samples.limits(Map.of("lorafleet.limits." + limit, most));
        AdmissionRules strict = new AdmissionRules(few, models, adapters, backlog, Samples.NO_WEBHOOKS, CLOCK);
        GenerationTable table = new GenerationTable(1000, backlog);
        RequestIdentity bob = RequestIdentity.random("key:bob");
        int admitted = 0;
        while (strict.admit(NOTHING_BUT_A_PROMPT, RequestIdentity.random("key:alice"))
                instanceof Admission.Admitted more) {
            table.apply(more.request());
            admitted++;
        }
        assertThat(admitted).isEqualTo(3);
        assertThat(strict.admit(NOTHING_BUT_A_PROMPT, bob)).isInstanceOf(Admission.Admitted.class);
        assertThat(strict.admit(NOTHING_BUT_A_PROMPT, RequestIdentity.random(null)))
                .isInstanceOf(Admission.Admitted.class);
    }

    @Test
    void limitsACallerToAQuarterOfTheQueueByDefault() {
        GatewayConfig.Limits limits = Samples.LIMITS;
        assertThat(limits.maxQueuedRequestsPerCaller()).isEqualTo(limits.maxQueuedRequests() / 4);
        assertThat(limits.maxQueuedEvaluationsPerCaller()).isEqualTo(limits.maxQueuedEvaluations() / 4);
    }

    @Test
    void doesNotDecodeImagesWhenTheQueueIsFull() {
        Backlog backlog = new Backlog(CLOCK);
        GatewayConfig.Limits few = Samples.limits(Map.of("lorafleet.limits.max-queued-requests", "1"));
        AdmissionRules strict = new AdmissionRules(few, models, adapters, backlog, Samples.NO_WEBHOOKS, CLOCK);
        new GenerationTable(10, backlog).apply(Samples.request("a"));
        byte[] broken = Images.file("png", 64, 64);
        Arrays.fill(broken, 60, 100, (byte) 7); // only decoding detects this damage
        GenerationRequest body = withInitImage(Images.base64(broken), null, null);
        assertThat(strict.admit(body, RequestIdentity.random(null))).isInstanceOf(Admission.Overloaded.class);
        assertThat(refused(body))
                .containsExactly(new BadField(
                        "initImage", "a complete PNG or JPEG image in RGB or grayscale", "one that cannot be decoded"));
    }

    @Test
    void sendsARequestToAPoolOfItsModel() {
        models.apply(ready("w2", "xl", 4, "sdxl", XL));
        GenerateImage request = admitted(body(Map.of("model", "sdxl")));
        assertThat(request.pool()).isEqualTo("xl");
        assertThat(request.baseFingerprint()).isEqualTo(XL);
        assertThat(request.width()).isEqualTo(128);
        assertThat(request.sampler()).isEqualTo(SamplerName.EULER);
        assertThat(admitted(NOTHING_BUT_A_PROMPT).pool()).isNull();
        assertThat(admitted(body(Map.of("model", "tiny-sd"))).pool()).isNull();
    }

    /** The base of the only pool with this model changes during an admission, each time at another moment. */
    @Test
    void neverSendsARequestToAPoolOfAnotherBase() {
        for (int moment = 1; moment <= 12; moment++) {
            AtomicReference<ModelDirectory> changing = new AtomicReference<>();
            Clock clock = new ActingClock(
                    moment, () -> changing.get().apply(ready("w2", "xl", 4, "flux", "ef".repeat(32)), NOW));
            changing.set(new ModelDirectory(clock));
            changing.get().apply(ready(), NOW);
            changing.get().apply(ready("w2", "xl", 4, "sdxl", XL), NOW);
            AdmissionRules racing = new AdmissionRules(
                    Samples.LIMITS, changing.get(), adapters, new Backlog(CLOCK), Samples.NO_WEBHOOKS, CLOCK);
            Admission admission = racing.admit(body(Map.of("model", "sdxl")), RequestIdentity.random(null));
            if (admission instanceof Admission.Admitted admitted) {
                assertThat(admitted.request().poolName()).isEqualTo("xl");
                assertThat(admitted.request().baseFingerprint()).isEqualTo(XL);
            } else {
                assertThat(admission).isInstanceOfAny(Admission.Refused.class, Admission.NoModel.class);
            }
        }
    }

    @Test
    void anAdapterImpliesItsBase() {
        models.apply(ready("w2", "xl", 4, "sdxl", XL));
        adapters.apply(AdapterEvent.of(style("ink", 1, XL)));
        adapters.apply(AdapterEvent.of(style("oil", 1, Samples.SHA)));
        adapters.apply(AdapterEvent.of(style("old", 1, "ef".repeat(32))));
        assertThat(admitted(withAdapter("ink")).pool()).isEqualTo("xl");
        assertThat(admitted(withAdapter("oil")).pool()).isNull();
        assertThat(refused(body(Map.of("model", "sdxl", "adapter", "oil"))))
                .containsExactly(new BadField("adapter", "an adapter for sdxl", "one for tiny-sd"));
        assertThat(refused(body(Map.of("adapters", List.of(Map.of("adapter", "ink"), Map.of("adapter", "oil"))))))
                .containsExactly(new BadField("adapters[1].adapter", "an adapter for sdxl", "one for tiny-sd"));
        assertThat(refused(withAdapter("old")))
                .containsExactly(
                        new BadField("adapter", "an adapter for tiny-sd", "one for a base that no worker has"));
    }

    @Test
    void namesTheModelsThatThereAre() {
        models.apply(ready("w2", "xl", 4, "sdxl", XL));
        assertThat(refused(body(Map.of("model", "flux"))))
                .containsExactly(new BadField("model", "one of tiny-sd, sdxl", "flux"));
        models.forget("w1");
        ModelDirectory noDefault = new ModelDirectory(CLOCK);
        noDefault.apply(ready("w2", "xl", 4, "sdxl", XL));
        noDefault.apply(ready("w3", "sd", 4, "sd15", Samples.SHA));
        AdmissionRules unsure =
                new AdmissionRules(Samples.LIMITS, noDefault, adapters, new Backlog(CLOCK), Samples.NO_WEBHOOKS, CLOCK);
        assertThat(((Admission.Refused) unsure.admit(NOTHING_BUT_A_PROMPT, RequestIdentity.random(null))).badFields())
                .containsExactly(new BadField("model", "one of sd15, sdxl", "none"));
    }

    /** The second pool has twice as many slots, so it gets twice as many requests. */
    @Test
    void spreadsRequestsOverThePoolsOfABase() {
        models.apply(ready("w2", "xl-1", 2, "sdxl", XL));
        models.apply(ready("w3", "xl-2", 4, "sdxl", XL));
        Backlog backlog = new Backlog(CLOCK);
        AdmissionRules spreading =
                new AdmissionRules(Samples.LIMITS, models, adapters, backlog, Samples.NO_WEBHOOKS, CLOCK);
        GenerationTable table = new GenerationTable(100, backlog);
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < 30; i++) {
            GenerateImage request = ((Admission.Admitted)
                            spreading.admit(body(Map.of("model", "sdxl")), RequestIdentity.random(null)))
                    .request();
            table.apply(request);
            counts.merge(request.poolName(), 1, Integer::sum);
        }
        assertThat(counts).isEqualTo(Map.of("xl-1", 10, "xl-2", 20));
        models.forget("w3");
        for (int i = 0; i < 15; i++) {
            assertThat(((Admission.Admitted)
                                    spreading.admit(body(Map.of("model", "sdxl")), RequestIdentity.random(null)))
                            .request()
                            .pool())
                    .isEqualTo("xl-1");
        }
    }

    @Test
    void aFullPoolDoesNotBlockTheOthers() {
        models.apply(ready("w2", "xl", 4, "sdxl", XL));
        Backlog backlog = new Backlog(CLOCK);
        GatewayConfig.Limits few = Samples.limits(Map.of("lorafleet.limits.max-queued-evaluations", "100"));
        AdmissionRules strict = new AdmissionRules(few, models, adapters, backlog, Samples.NO_WEBHOOKS, CLOCK);
        GenerationTable table = new GenerationTable(10, backlog);
        GenerationRequest large = body(Map.of("steps", 51, "model", "sdxl")); // 102 evaluations
        table.apply(((Admission.Admitted) strict.admit(large, RequestIdentity.random(null))).request());
        assertThat(strict.admit(large, RequestIdentity.random(null))).isInstanceOf(Admission.Overloaded.class);
        assertThat(strict.admit(body(Map.of("steps", 51)), RequestIdentity.random(null)))
                .as("a request of any cost for an idle pool")
                .isInstanceOf(Admission.Admitted.class);
    }

    @Test
    void refusesRequestsBeforeAWorkerAnnouncesItsModel() {
        AdmissionRules noWorker = new AdmissionRules(
                Samples.LIMITS, new ModelDirectory(CLOCK), adapters, new Backlog(CLOCK), Samples.NO_WEBHOOKS, CLOCK);
        assertThat(noWorker.admit(NOTHING_BUT_A_PROMPT, RequestIdentity.random(null)))
                .isEqualTo(new Admission.NoModel());
    }

    @ParameterizedTest
    @CsvSource({
        "0, ddim, 64, 64, 0, 1, steps",
        "201, ddim, 64, 64, 0, 1, steps",
        "20, of-tomorrow, 64, 64, 0, 1, sampler",
        "51, lcm, 64, 64, 0, 1, steps",
        "20, ddim, 60, 64, 0, 1, width",
        "20, ddim, 0, 64, 0, 1, width",
        "20, ddim, 64, 4104, 0, 1, height",
        "20, ddim, 2048, 1024, 0, 1, width * height",
        "20, ddim, 264, 64, 0, 1, width * height",
        "20, ddim, 64, 64, -1, 1, seed",
        "20, ddim, 64, 64, 4294967296, 1, seed",
        "20, ddim, 64, 64, 4294967295, 2, seed",
        "20, ddim, 64, 64, 0, 0, count",
        "20, ddim, 64, 64, 0, 9, count",
    })
    void refusesAFieldOutOfRange(
            int steps, String sampler, int width, int height, long seed, int count, String badField) {
        Map<String, Object> fields = Map.of(
                "steps", steps, "sampler", sampler, "width", width, "height", height, "seed", seed, "count", count);
        assertThat(refused(body(fields))).extracting(BadField::field).containsExactly(badField);
    }

    @Test
    void takesFieldsAtTheirLimits() {
        adapters.apply(AdapterEvent.of(style("ink", 1)));
        Map<String, Object> fields = Map.of(
                "prompt",
                "p".repeat(1000),
                "negativePrompt",
                "n".repeat(1000),
                "adapter",
                "ink",
                "adapterScale",
                -8.0,
                "guidanceScale",
                50.0,
                "steps",
                200,
                "sampler",
                "euler",
                "width",
                256, // four times as many pixels as 64 x 64
                "seed",
                4294967288L,
                "count",
                8);
        assertThat(admitted(body(fields)))
                .extracting(GenerateImage::sampler, GenerateImage::seed, GenerateImage::count)
                .containsExactly(SamplerName.EULER, 4294967288L, 8);
    }

    @Test
    void limitsTheSizeByTheDefaultSizeOfTheModel() {
        assertThat(refused(body(Map.of("width", 136, "height", 128))))
                .containsExactly(new BadField(
                        "width * height",
                        "at most 16384 pixels with this model, whose default size is 64 x 64",
                        "17408"));
        GatewayConfig.Limits wide = Samples.limits(Map.of("lorafleet.limits.max-size-ratio", "1000"));
        AdmissionRules ofWide =
                new AdmissionRules(wide, models, adapters, new Backlog(CLOCK), Samples.NO_WEBHOOKS, CLOCK);
        assertThat(ofWide.admit(body(Map.of("width", 1024, "height", 1024)), RequestIdentity.random(null)))
                .isInstanceOf(Admission.Admitted.class);
        assertThat(ofWide.admit(body(Map.of("width", 1032, "height", 1024)), RequestIdentity.random(null)))
                .isInstanceOf(Admission.Refused.class);
    }

    @Test
    void namesEveryBadFieldAtOnceAndQuotesNoText() {
        adapters.apply(AdapterEvent.of(style("ink", 1)));
        Map<String, Object> fields = new HashMap<>(Map.of(
                "negativePrompt",
                "n".repeat(1001),
                "adapter",
                "ink",
                "adapterScale",
                9.0,
                "guidanceScale",
                0.5,
                "steps",
                0,
                "sampler",
                "of-tomorrow",
                "width",
                60,
                "height",
                60,
                "seed",
                -1,
                "count",
                9));
        fields.put("prompt", null);
        fields.put("priority", "urgent");
        fields.put("deadline", "a secret");
        List<BadField> refused = refused(body(fields));
        assertThat(refused)
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
                        "seed",
                        "priority",
                        "deadline");
        assertThat(refused).extracting(BadField::found).contains("1001 characters", "8 characters");
    }

    @Test
    void composesAdapters() {
        adapters.apply(AdapterEvent.of(style("ink", 1)));
        adapters.apply(AdapterEvent.of(style("oil", 1)));
        adapters.apply(AdapterEvent.of(student("fast", 1, 5)));
        GenerateImage styles =
                admitted(withAdapters(List.of(Map.of("adapter", "ink", "scale", 0.5), Map.of("adapter", "oil"))));
        assertThat(styles.adapters()).hasToString("[ink@1 x 0.5, oil@1 x 1.0]");
        assertThat(styles.guidanceScale()).isEqualTo(5);
        GenerateImage fast = admitted(withAdapters(List.of(Map.of("adapter", "ink"), Map.of("adapter", "fast@1"))));
        assertThat(fast.adapters()).hasToString("[ink@1 x 1.0, fast@1 x 1.0]");
        assertThat(fast.guided()).isFalse();
    }

    @Test
    void namesTheAdapterOfSeveralThatIsUnknown() {
        adapters.apply(AdapterEvent.of(style("ink", 1)));
        assertThat(rules.admit(
                        withAdapters(List.of(Map.of("adapter", "ink"), Map.of("adapter", "oil"))),
                        RequestIdentity.random(null)))
                .isEqualTo(new Admission.UnknownAdapter("adapters[1].adapter", List.of("ink")));
    }

    @Test
    void refusesTheShortAndTheLongFormTogether() {
        adapters.apply(AdapterEvent.of(style("ink", 1)));
        Map<String, Object> fields =
                Map.of("adapter", "ink", "adapterScale", 0.5, "adapters", List.of(Map.of("adapter", "ink")));
        assertThat(refused(body(fields)))
                .containsExactly(
                        new BadField("adapter", "either adapter or adapters", "both"),
                        new BadField("adapterScale", "none with adapters, which have their own scales", "0.5"));
    }

    @Test
    void refusesAScaleWithoutAnAdapter() {
        assertThat(refused(body(Map.of("adapterScale", 0.5))))
                .containsExactly(new BadField("adapterScale", "none without adapter", "0.5"));
    }

    @Test
    void refusesAnAdapterWithoutAName() {
        List<Map<String, Object>> requested = new ArrayList<>(List.of(Map.of("scale", 0.5)));
        requested.add(null);
        assertThat(refused(body(Map.of("adapters", requested))))
                .extracting(BadField::field)
                .containsExactly("adapters[0].adapter", "adapters[1].adapter");
    }

    @Test
    void refusesMoreAdaptersThanARequestMayHave() {
        adapters.apply(AdapterEvent.of(style("ink", 1)));
        assertThat(refused(body(Map.of("adapters", Collections.nCopies(9, Map.of("adapter", "ink"))))))
                .containsExactly(new BadField("adapters", "at most 8", "9"));
    }

    @Test
    void takesPriorityAndDeadline() {
        GenerateImage request = admitted(body(Map.of("priority", "batch", "deadline", "2026-01-01T01:00:01+01:00")));
        assertThat(request.priority()).isEqualTo(Priority.BATCH);
        assertThat(request.deadline()).isEqualTo(NOW.plusSeconds(1));
    }

    @Test
    void refusesADeadlineThatHasPassed() {
        assertThat(refused(body(Map.of("deadline", NOW.toString()))))
                .containsExactly(new BadField("deadline", "a time after " + NOW, NOW.toString()));
    }

    @ParameterizedTest
    @CsvSource({"png, 64, 64, 64, 64", "png, 75, 50, 72, 48", "jpeg, 64, 128, 64, 128", "png, 512, 256, 176, 88"})
    void takesTheSizeFromTheInitImageCutDownToTheModelsMultipleAndLimit(
            String format, int width, int height, int expectedWidth, int expectedHeight) {
        byte[] file = Images.file(format, width, height);
        GenerateImage request = admitted(withInitImage(Images.base64(file), null, null));
        assertThat(request.initImage()).isEqualTo(new InitImage(Sha256.of(file), 0.8));
        assertThat(request.width()).isEqualTo(expectedWidth);
        assertThat(request.height()).isEqualTo(expectedHeight);
        assertThat(request.allSteps()).isEqualTo(16);
    }

    @Test
    void prefersTheRequestedSizeToTheInitImages() {
        assertThat(admitted(body(Map.of("initImage", png(), "width", 128))))
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
    void refusesUnusableImages(String initImage, String expected, String found) {
        assertThat(refused(withInitImage(initImage, null, null)))
                .containsExactly(new BadField("initImage", expected, found));
    }

    static Stream<Arguments> badInitImages() {
        byte[] png = Images.file("png", 64, 64);
        String aImage = "an image with sides of at least 8 pixels";
        String aFile = "a PNG or JPEG file";
        String base64 = aFile + " in base64, or a base64 data: URL";
        String whole = "a complete PNG or JPEG image in RGB or grayscale";
        return Stream.of(
                Arguments.of("a secret, and no base64", base64, "23 characters that are not base64"),
                Arguments.of("data:image/png,%89PNG", base64, "6 characters that are not base64"),
                Arguments.of(Images.base64("plain text".getBytes(UTF_8)), aFile, "another format"),
                Arguments.of(Images.base64(Images.file("gif", 64, 64)), aFile, "another format"),
                Arguments.of("", aFile, "another format"),
                Arguments.of(Images.base64(Arrays.copyOf(png, png.length / 2)), whole, "one that cannot be decoded"),
                Arguments.of(Images.base64(Images.file("png", 7, 64)), aImage, "7 x 64"),
                Arguments.of(
                        Images.base64(Images.bomb(60_000, 60_000)),
                        "an image of at most 4194304 pixels",
                        "60000 x 60000"),
                Arguments.of(Images.base64(Images.scanBomb(2048, 2048, 1000)), "at most 100 scans in a JPEG", "more"),
                Arguments.of(
                        Images.base64(new byte[8 * 1024 * 1024 + 1]),
                        "a file of at most 8388608 bytes",
                        "8388609 bytes"));
    }

    @Test
    void takesAMask() {
        byte[] mask = Images.mask(64, 64, 32, 32);
        GenerateImage request = admitted(body(Map.of("initImage", png(), "mask", Images.base64(mask))));
        assertThat(request.initImage())
                .isEqualTo(new InitImage(
                        Sha256.of(Images.file("png", 64, 64)), 1, new InitImageMask(Sha256.of(mask), false)));
        assertThat(request.schemaVersion()).isEqualTo(3);
        GenerateImage weak = admitted(body(Map.of(
                "initImage", png(), "mask", Images.base64(mask), "strength", 0.5, "keepUnmasked", true, "width", 128)));
        assertThat(weak.initImage().strength()).isEqualTo(0.5);
        assertThat(weak.initImage().mask().keepUnmasked()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("badMasks")
    void refusesUnusableMasks(Map<String, Object> fields, BadField refusal) {
        assertThat(refused(body(fields))).containsExactly(refusal);
    }

    static Stream<Arguments> badMasks() {
        String white = Images.base64(Images.mask(64, 64, 0, 0));
        return Stream.of(
                Arguments.of(Map.of("mask", white), new BadField("mask", "none without initImage", "a file")),
                Arguments.of(
                        Map.of("initImage", png(), "keepUnmasked", false),
                        new BadField("keepUnmasked", "none without mask", "false")),
                Arguments.of(
                        Map.of("initImage", png(), "mask", Images.base64(Images.mask(64, 32, 0, 0))),
                        new BadField("mask", "64 x 64 pixels, the size of the init image", "64 x 32")),
                Arguments.of(
                        Map.of("initImage", png(), "mask", "no base64!"),
                        new BadField(
                                "mask",
                                "a PNG or JPEG file in base64, or a base64 data: URL",
                                "10 characters that are not base64")),
                Arguments.of(
                        Map.of("initImage", png(), "mask", Images.base64(Images.mask(64, 64, 64, 64))),
                        new BadField("mask", "at least one white pixel, with a gray value of at least 128", "none")),
                Arguments.of(
                        Map.of("initImage", png(), "mask", Images.base64(Images.mask(64, 64, 57, 57))),
                        new BadField(
                                "mask", "white in the top left pixel of at least one block of 8 x 8 pixels", "none")));
    }

    @Test
    void refusesAnInpaintingModelWithoutAMask() {
        models.apply(inpainting("w2", "fill", XL));
        BadField refusal =
                new BadField("mask", "an init image and a mask, because fill is an inpainting model", "none");
        assertThat(refused(body(Map.of("model", "fill")))).containsExactly(refusal);
        assertThat(refused(body(Map.of("model", "fill", "initImage", png())))).containsExactly(refusal);
        String mask = Images.base64(Images.mask(64, 64, 0, 0));
        assertThat(admitted(body(Map.of("model", "fill", "initImage", png(), "mask", mask)))
                        .pool())
                .isEqualTo("fill");
    }

    @Test
    void pinsTheControlNetsOfARequest() {
        models.apply(Samples.withControlNets("w2", "drawings", "depth", "edges"));
        byte[] drawing = Images.file("png", 96, 64);
        byte[] depth = Images.file("jpeg", 64, 64);
        GenerateImage request = admitted(controlled(
                Map.of("name", "edges", "image", Images.base64(drawing)),
                Map.of("name", "depth", "image", Images.base64(depth), "scale", 0.5, "start", 0.1, "end", 0.5)));
        assertThat(request.controls())
                .containsExactly(
                        new AppliedControlNet(Samples.controlNet("edges"), Sha256.of(drawing), 1, 0, 1),
                        new AppliedControlNet(Samples.controlNet("depth"), Sha256.of(depth), 0.5, 0.1, 0.5));
        assertThat(request)
                .returns(3, GenerateImage::schemaVersion)
                .returns("drawings", GenerateImage::pool)
                .returns(96, GenerateImage::width) // the size of the first condition image
                .returns(64, GenerateImage::height)
                .returns(Math.round((40 + 0.4 * (40 + 16)) * 96 * 64), GenerateImage::cost);
    }

    @Test
    void prefersTheSizeOfTheInitImageToThatOfAConditionImage() {
        models.apply(Samples.withControlNets("w2", "drawings", "edges"));
        Map<String, Object> control = Map.of("name", "edges", "image", Images.base64(Images.file("png", 96, 64)));
        assertThat(admitted(body(Map.of("initImage", png(), "controls", List.of(control))))
                        .width())
                .isEqualTo(64);
    }

    /** While a pool's workers are being replaced, some of them do not have its new ControlNets. */
    @Test
    void takesOnlyControlNetsThatAllReadyWorkersOfThePoolHave() {
        models.apply(Samples.withControlNets("w1", null, "depth", "edges"));
        models.apply(Samples.withControlNets("w2", null, "edges", "pose"));
        assertThat(refused(controlled(Map.of("name", "pose", "image", png()))))
                .containsExactly(new BadField("controls[0].name", "one of edges", "pose"));
        assertThat(admitted(controlled(Map.of("name", "edges", "image", png()))).controls())
                .hasSize(1);
    }

    @Test
    void refusesControlNetsIfNoWorkerHasAny() {
        assertThat(refused(controlled(Map.of("name", "edges", "image", png()))))
                .containsExactly(new BadField(
                        "controls[0].name", "no ControlNet, because the workers of tiny-sd have none", "edges"));
    }

    @ParameterizedTest
    @MethodSource("badControls")
    void refusesUnusableControls(Map<String, Object> control, String field, String expected, String found) {
        models.apply(Samples.withControlNets("w1", null, "edges"));
        assertThat(refused(controlled(control))).containsExactly(new BadField("controls[0]." + field, expected, found));
    }

    static Stream<Arguments> badControls() {
        Map<String, Object> good = Map.of("name", "edges", "image", png());
        String base64 = "a PNG or JPEG file in base64, or a base64 data: URL";
        String interval = "an interval from start to end with at least one of 20 model evaluations";
        byte[] cut = Arrays.copyOf(Images.file("png", 64, 64), 60);
        return Stream.of(
                Arguments.of(Map.of("image", png()), "name", "one of edges", "none"),
                Arguments.of(Map.of("name", "edges"), "image", base64, "none"),
                Arguments.of(with(good, "image", "no base64!"), "image", base64, "10 characters that are not base64"),
                Arguments.of(
                        with(good, "image", Images.base64(cut)),
                        "image",
                        "a complete PNG or JPEG image in RGB or grayscale",
                        "one that cannot be decoded"),
                Arguments.of(with(good, "scale", 2.5), "scale", "0.0 to 2.0", "2.5"),
                Arguments.of(with(good, "start", -0.1), "start", "0.0 to 1.0", "-0.1"),
                Arguments.of(with(good, "end", 1.1), "end", "0.0 to 1.0", "1.1"),
                Arguments.of(with(good, "start", 1.0), "end", interval, "1.0 to 1.0"),
                Arguments.of(with(good, "end", 0.04), "end", interval, "0.0 to 0.04"));
    }

    @Test
    void limitsTheImagesOfARequestTogether() {
        models.apply(Samples.withControlNets("w1", null, "edges"));
        Map<String, Object> good = Map.of("name", "edges", "image", png());
        int left = 8 * 1024 * 1024 - 2 * Images.file("png", 64, 64).length;
        Map<String, Object> large = with(good, "image", Images.base64(new byte[left + 1]));
        assertThat(refused(body(Map.of("initImage", png(), "controls", List.of(good, large)))))
                .containsExactly(
                        new BadField("controls[1].image", "a file of at most " + left + " bytes", left + 1 + " bytes"));
        assertThat(refused(controlled(good, good, good, good, good)))
                .containsExactly(new BadField("controls", "at most 4", "5"));
        assertThat(refused(body(Map.of("controls", Arrays.asList(good, null)))))
                .containsExactly(new BadField("controls[1]", "an object", "none"));
    }

    private static Map<String, Object> with(Map<String, Object> fields, String field, Object value) {
        Map<String, Object> changed = new HashMap<>(fields);
        changed.put(field, value);
        return changed;
    }

    private static GenerationRequest controlled(Object... controls) {
        return body(Map.of("controls", List.of(controls)));
    }

    private static GenerationRequest withInitImage(String initImage, Double strength, Integer steps) {
        Map<String, Object> fields = new HashMap<>();
        fields.put("initImage", initImage);
        fields.put("strength", strength);
        fields.put("steps", steps);
        return body(fields);
    }

    private static String png() {
        return Images.base64(Images.file("png", 64, 64));
    }

    private GenerateImage admitted(GenerationRequest body) {
        return ((Admission.Admitted) rules.admit(body, RequestIdentity.random(null))).request();
    }

    private List<BadField> refused(GenerationRequest body) {
        return ((Admission.Refused) rules.admit(body, RequestIdentity.random(null))).badFields();
    }

    private static GenerationRequest withAdapters(List<Map<String, Object>> requested) {
        return body(Map.of("adapters", requested));
    }

    private static GenerationRequest withAdapter(String adapter) {
        return body(Map.of("adapter", adapter));
    }

    /** A stopped clock that runs an action when it is read for the n-th time. */
    private static final class ActingClock extends Clock {
        private final Runnable action;
        private int readings;

        ActingClock(int readings, Runnable action) {
            this.readings = readings;
            this.action = action;
        }

        @Override
        public Instant instant() {
            if (--readings == 0) {
                action.run();
            }
            return NOW;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException("supports only UTC");
        }
    }
}
