// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.openai;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.gateway.http.MultipartForm;
import io.lorafleet.gateway.http.problem.Problem;
import io.lorafleet.gateway.http.problem.ProblemException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The form of OpenAI's requests with an image. The form has the fields of {@link OpenAiRequest} as text, files, and as
 * an extension {@code strength}. Unknown fields are ignored, as in {@link OpenAiRequest}.
 *
 * @param request fields that requests without an image have, too
 * @param image file of the image
 * @param mask file of the mask; null if absent
 * @param strength share of the steps to run; null for the default
 */
record OpenAiForm(
        OpenAiRequest request,
        byte[] image,
        byte @Nullable [] mask,
        @Nullable Double strength) {

    /** @throws ProblemException if a value has another type, or if there is not exactly one image */
    static OpenAiForm of(MultipartForm form) {
        FieldChecks checks = new FieldChecks();
        List<MultipartForm.Part> images = form.all("image", "image[]");
        if (images.size() != 1) {
            checks.refuse("image", "one file", images.size());
        }
        List<MultipartForm.Part> masks = form.all("mask");
        if (masks.size() > 1) {
            checks.refuse("mask", "at most one file", masks.size());
        }
        OpenAiRequest request = new OpenAiRequest(
                form.text("model"),
                form.text("prompt"),
                parsed(form, "n", "an integer", Integer::valueOf, checks),
                form.text("size"),
                form.text("response_format"),
                form.text("output_format"),
                parsed(form, "output_compression", "an integer", Integer::valueOf, checks),
                parsed(form, "stream", "true or false", OpenAiForm::flag, checks),
                parsed(form, "partial_images", "an integer", Integer::valueOf, checks),
                form.text("negative_prompt"),
                parsed(form, "num_inference_steps", "an integer", Integer::valueOf, checks),
                parsed(form, "guidance_scale", "a number", Double::valueOf, checks),
                parsed(form, "seed", "an integer", Long::valueOf, checks));
        Double strength = parsed(form, "strength", "a number", Double::valueOf, checks);
        ProblemException.throwIfAny(checks.badFields());
        return new OpenAiForm(
                request,
                images.get(0).content(),
                masks.isEmpty() ? null : masks.get(0).content(),
                strength);
    }

    private static boolean flag(String text) {
        return switch (text) {
            case "true", "True", "1" -> true;
            case "false", "False", "0" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static <T> @Nullable T parsed(
            MultipartForm form, String field, String expected, Function<String, T> parse, FieldChecks checks) {
        String text = form.text(field);
        try {
            return text == null ? null : parse.apply(text);
        } catch (IllegalArgumentException e) { // such as NumberFormatException
            checks.refuse(field, expected, "another value");
            return null;
        }
    }

    /** @throws ProblemException if there is no prompt */
    OpenAiForm requirePrompt() {
        if (request.prompt() == null) {
            throw new ProblemException(Problem.invalid("prompt", "a string", "none"));
        }
        return this;
    }
}
