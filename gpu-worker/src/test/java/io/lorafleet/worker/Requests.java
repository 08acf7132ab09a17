// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker;

import io.lorafleet.messages.LongPrompt;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.PinnedControlNet;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.generation.AppliedAdapter;
import io.lorafleet.messages.generation.AppliedControlNet;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GuidanceInterval;
import io.lorafleet.messages.generation.InitImage;
import io.lorafleet.messages.generation.PromptEncoding;
import io.lorafleet.messages.generation.SamplingOptions;
import io.lorafleet.messages.generation.ShadowStudent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** Requests for the demo model, each with a unique id. */
public final class Requests {
    private String prompt = "a large red star – gr\u00FC\u00DFe";
    private InitImage image;
    private List<AppliedAdapter> adapters = List.of();
    private double guidance = 5;
    private int steps = 2;
    private SamplerName sampler = SamplerName.DDIM;
    private int width = 64;
    private int height = 64;
    private long seed = 7;
    private int count = 1;
    private ShadowStudent shadow;
    private Priority priority = Priority.INTERACTIVE;
    private Instant deadline;
    private String webhook;
    private PromptEncoding encoding;
    private SamplingOptions sampling;
    private List<AppliedControlNet> controls = List.of();

    private Requests() {}

    public static Requests request() {
        return new Requests();
    }

    public static GenerateImage star() {
        return request().build();
    }

    /** @return an image-to-image request with 5 steps */
    public static GenerateImage star(InitImage image, SamplerName sampler, int width, int height) {
        return request()
                .image(image)
                .sampler(sampler)
                .size(width, height)
                .steps(5)
                .build();
    }

    public static GenerateImage star(PinnedAdapter adapter, int width, int steps, int count) {
        Requests request = request().size(width, 64).steps(steps).count(count);
        return adapter == null ? request.build() : request.adapter(adapter, 1).build();
    }

    public Requests prompt(String text) {
        prompt = text;
        return this;
    }

    public Requests image(InitImage initImage) {
        image = initImage;
        return this;
    }

    /** Adds an adapter. */
    public Requests adapter(PinnedAdapter adapter, double scale) {
        List<AppliedAdapter> more = new ArrayList<>(adapters);
        more.add(new AppliedAdapter(adapter, scale));
        adapters = more;
        return this;
    }

    /** Adds an embedding. */
    public Requests embedding(PinnedAdapter adapter, String triggerWord) {
        List<AppliedAdapter> more = new ArrayList<>(adapters);
        more.add(new AppliedAdapter(adapter, 1, true, triggerWord));
        adapters = more;
        return this;
    }

    public Requests guidance(double scale) {
        guidance = scale;
        return this;
    }

    public Requests steps(int number) {
        steps = number;
        return this;
    }

    public Requests sampler(SamplerName name) {
        sampler = name;
        return this;
    }

    public Requests size(int newWidth, int newHeight) {
        width = newWidth;
        height = newHeight;
        return this;
    }

    public Requests seed(long number) {
        seed = number;
        return this;
    }

    public Requests count(int images) {
        count = images;
        return this;
    }

    public Requests shadow(PinnedAdapter student, double guidanceScale) {
        shadow = new ShadowStudent(new AppliedAdapter(student, 1), guidanceScale);
        return this;
    }

    public Requests priority(Priority one) {
        priority = one;
        return this;
    }

    public Requests deadline(Instant instant) {
        deadline = instant;
        return this;
    }

    public Requests webhook(String url) {
        webhook = url;
        return this;
    }

    public Requests encoding(LongPrompt longPrompt, boolean weights, int clipSkip) {
        encoding = new PromptEncoding(longPrompt, weights, clipSkip);
        return this;
    }

    public Requests guidance(double start, double end) {
        return sampling(new SamplingOptions(new GuidanceInterval(start, end), null, null, null, null));
    }

    public Requests sampling(SamplingOptions options) {
        sampling = options;
        return this;
    }

    /** Adds a ControlNet. @param image SHA-256 of the condition image */
    public Requests control(PinnedControlNet net, String image, double scale) {
        return control(net, image, scale, 0, 1);
    }

    public Requests control(PinnedControlNet net, String image, double scale, double start, double end) {
        List<AppliedControlNet> more = new ArrayList<>(controls);
        more.add(new AppliedControlNet(net, image, scale, start, end));
        controls = more;
        return this;
    }

    public GenerateImage build() {
        return GenerateImage.builder(UUID.randomUUID().toString(), Instant.parse("2026-01-01T00:00:00Z"))
                .prompt(prompt)
                .negativePrompt("blue")
                .initImage(image)
                .adapters(adapters)
                .guidanceScale(guidance)
                .steps(steps)
                .sampler(sampler)
                .size(width, height)
                .seed(seed)
                .count(count)
                .shadow(shadow)
                .priority(priority)
                .deadline(deadline)
                .webhook(webhook)
                .promptEncoding(encoding)
                .sampling(sampling)
                .controls(controls)
                .build();
    }
}
