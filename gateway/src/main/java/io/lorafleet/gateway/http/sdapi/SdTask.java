// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.sdapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.gateway.generation.admission.GenerationRequest;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import io.lorafleet.registry.AdapterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A request of the web UI's API, as a generation request. A field that the fleet cannot honour is refused if it would
 * change the image, unless clients send it with every request; then a note says what was done instead.
 *
 * @param request generation request
 * @param notes what differs from the web UI
 * @param sendImages whether the response contains the images
 */
record SdTask(GenerationRequest request, List<String> notes, boolean sendImages) {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final Pattern NOT_SUPPORTED_SYNTAX = Pattern.compile(
            "\\bBREAK\\b|\\bAND\\b|\\[[^\\[\\]]*:[^\\[\\]]*:\\s*[\\d.]+\\s*]|\\[[^\\[\\]]*\\|[^\\[\\]]*]");

    // The web UI's defaults.
    private static final double DEFAULT_STRENGTH = 0.75;
    private static final int DEFAULT_BLUR = 4;
    private static final int FILL = 0;

    /** The only value of {@code inpainting_fill} that the fleet honours. */
    private static final int ORIGINAL = 1;

    /** Fields that change no image: they say where images are stored, or are for other kinds of models. */
    private static final String[] WITHOUT_EFFECT = {
        "distilled_cfg_scale",
        "do_not_save_grid",
        "do_not_save_samples",
        "force_task_id",
        "image_cfg_scale",
        "include_init_images",
        "override_settings_restore_afterwards",
        "s_tmax",
        "save_images",
        "script_args",
        "subseed"
    };

    /** Fields of the second pass, which have no effect without {@code enable_hr}. */
    private static final String[] SECOND_PASS = {
        "firstphase_height",
        "firstphase_width",
        "hr_additional_modules",
        "hr_cfg",
        "hr_checkpoint_name",
        "hr_negative_prompt",
        "hr_prompt",
        "hr_resize_x",
        "hr_resize_y",
        "hr_sampler_name",
        "hr_scale",
        "hr_scheduler",
        "hr_second_pass_steps",
        "hr_upscaler",
        "hr_distilled_cfg"
    };

    /** Fields of a mask, which have no effect without one. */
    private static final String[] WITH_MASK = {
        "inpaint_full_res",
        "inpaint_full_res_padding",
        "inpainting_fill",
        "inpainting_mask_invert",
        "mask_blur",
        "mask_blur_x",
        "mask_blur_y",
        "mask_round"
    };

    /**
     * @param body JSON object of the request
     * @param withImage whether the request starts from an image
     * @param adapters adapters, among them the embeddings that prompts can use without a tag
     * @throws ProblemException if a field is invalid or cannot be honoured
     */
    static SdTask of(JsonNode body, boolean withImage, ModelDirectory models, AdapterRegistry adapters) {
        FieldChecks checks = new FieldChecks();
        SdFields fields = new SdFields("", body, checks);
        Map<String, Object> request = new HashMap<>();
        List<String> notes = new ArrayList<>();
        LoraTags tags = prompts(fields, request, notes);
        sampling(fields, request, notes);
        size(fields, request);
        settings(fields, request, models);
        embeddings(tags, request, models, adapters);
        if (withImage) {
            image(fields, request, notes);
        } else {
            fields.ignore("denoising_strength");
            fields.ignore(SECOND_PASS);
        }
        boolean sendImages = fields.flag("send_images", true);
        fields.ignore(WITHOUT_EFFECT);
        fields.refuseOthers();
        ProblemException.throwIfAny(checks.badFields());
        return new SdTask(JSON.convertValue(request, GenerationRequest.class), List.copyOf(notes), sendImages);
    }

    private static LoraTags prompts(SdFields fields, Map<String, Object> request, List<String> notes) {
        String prompt = fields.text("prompt");
        LoraTags tags = LoraTags.of(prompt == null ? "" : prompt, fields.checks());
        request.put("prompt", tags.prompt());
        String negative = fields.text("negative_prompt");
        request.put("negativePrompt", negative);
        request.put("promptWeights", true);
        if (NOT_SUPPORTED_SYNTAX
                .matcher(tags.prompt() + "\n" + (negative == null ? "" : negative))
                .find()) {
            notes.add("BREAK, AND, [from:to:when] and [one|other] have no special meaning in prompts");
        }
        return tags;
    }

    /** Adds the embeddings that the prompts use, unless a tag names them. */
    private static void embeddings(
            LoraTags tags, Map<String, Object> request, ModelDirectory models, AdapterRegistry adapters) {
        Object named = request.get("model");
        BaseModel base = (named == null ? models.current() : models.base(named.toString())).orElse(null);
        Object negative = request.get("negativePrompt");
        List<String> prompts = List.of(tags.prompt(), negative == null ? "" : negative.toString());
        List<Map<String, Object>> all = new ArrayList<>(tags.adapters());
        SdEmbeddings.in(prompts, base, adapters).stream()
                .map(AdapterVersion::name)
                .filter(name -> !tags.names(name))
                .forEach(name -> all.add(Map.of("adapter", name)));
        if (!all.isEmpty()) {
            request.put("adapters", all);
        }
    }

    private static void sampling(SdFields fields, Map<String, Object> request, List<String> notes) {
        String sampler = fields.text("sampler_name");
        String index = fields.text("sampler_index");
        request.put(
                "sampler", SdSamplers.of(sampler == null ? index : sampler, fields.text("scheduler"), fields.checks()));
        request.put("steps", fields.integer("steps"));
        request.put("guidanceScale", fields.number("cfg_scale"));
        Long seed = fields.whole("seed");
        request.put("seed", seed == null || seed == -1 ? null : seed);
        Double eta = fields.number("eta");
        if (eta != null && eta != 0 && "ddim".equals(request.get("sampler"))) {
            notes.add("eta " + eta + " was ignored: DDIM runs with eta 0");
        }
        fields.requireNumber("subseed_strength", 0);
        fields.requireNumber("s_churn", 0);
        fields.requireNumber("s_noise", 1);
        fields.requireNumber("s_tmin", 0);
        noResize(fields, "seed_resize_from_h");
        noResize(fields, "seed_resize_from_w");
    }

    /** 0 and -1 both mean that noise of the image's own size is used. */
    private static void noResize(SdFields fields, String field) {
        Integer size = fields.integer(field);
        if (size != null && size > 0) {
            fields.checks().refuse(field, "none or -1", size);
        }
    }

    private static void size(SdFields fields, Map<String, Object> request) {
        request.put("width", fields.integer("width"));
        request.put("height", fields.integer("height"));
        Integer batch = fields.integer("batch_size");
        Integer batches = fields.integer("n_iter");
        long count = (long) (batch == null ? 1 : batch) * (batches == null ? 1 : batches);
        request.put("count", (int) Math.min(count, Integer.MAX_VALUE));
    }

    private static void settings(SdFields fields, Map<String, Object> request, ModelDirectory models) {
        SdFields settings = fields.object("override_settings");
        String checkpoint = settings.text("sd_model_checkpoint");
        if (checkpoint != null) {
            request.put("model", SdModels.nameOf(checkpoint, models));
        }
        Integer lastLayer = settings.integer("CLIP_stop_at_last_layers");
        if (lastLayer != null) {
            request.put("clipSkip", lastLayer - 1); // the web UI counts from 1
        }
        settings.ignore("samples_format", "samples_save", "grid_save", "return_grid", "jpeg_quality", "webp_lossless");
        settings.refuseOthers();
    }

    private static void image(SdFields fields, Map<String, Object> request, List<String> notes) {
        List<String> images = fields.texts("init_images");
        if (images.size() == 1) {
            request.put("initImage", images.get(0));
        } else {
            fields.checks().refuse("init_images", "one image", images.size());
        }
        Double strength = fields.number("denoising_strength");
        request.put("strength", strength == null ? DEFAULT_STRENGTH : strength);
        fields.requireNumber("resize_mode", 0);
        fields.requireNumber("initial_noise_multiplier", 1);
        String mask = fields.text("mask");
        if (mask == null) {
            fields.ignore(WITH_MASK);
            return;
        }
        request.put("mask", mask);
        request.put("keepUnmasked", true);
        fields.requireNumber("inpainting_mask_invert", 0);
        note(fields.integer("mask_blur"), DEFAULT_BLUR, 0, "mask_blur", "the edge of the mask is sharp", notes);
        note(fields.integer("mask_blur_x"), 0, 0, "mask_blur_x", "the edge of the mask is sharp", notes);
        note(fields.integer("mask_blur_y"), 0, 0, "mask_blur_y", "the edge of the mask is sharp", notes);
        note(
                fields.integer("inpainting_fill"),
                FILL,
                ORIGINAL,
                "inpainting_fill",
                "the generation starts from the image, or from noise at strength 1",
                notes);
        if (fields.flag("inpaint_full_res", true)) {
            notes.add("inpaint_full_res was ignored: the whole image is generated at its own size, not only the part"
                    + " around the mask");
        }
        fields.ignore("inpaint_full_res_padding", "mask_round");
    }

    private static void note(
            @Nullable Integer value, int byDefault, int honoured, String field, String instead, List<String> notes) {
        int found = value == null ? byDefault : value;
        if (found != honoured) {
            notes.add(field + " " + found + " was ignored: " + instead);
        }
    }
}
