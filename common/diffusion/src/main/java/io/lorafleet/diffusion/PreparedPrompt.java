// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import ai.djl.ndarray.NDManager;
import io.lorafleet.diffusion.lora.RowAdapters;
import io.lorafleet.diffusion.text.PromptAdaptation;
import io.lorafleet.diffusion.text.TokenCount;
import io.lorafleet.diffusion.unet.Conditioning;
import io.lorafleet.diffusion.unet.PreparedConditioning;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A request's prompts, adapters and ControlNets, prepared once for all steps of all images: the prompts' keys and
 * values, the adapters' factors stacked by row, and the embedded condition images. Each row's prompt is encoded with the
 * row's adapters. A step has two rows with guidance, and one row without or outside the guidance interval. A shadow adds
 * rows.
 */
public final class PreparedPrompt implements AutoCloseable {
    /** Index of the prompt's row in a step with guidance, after the row of the negative prompt. */
    private static final int PROMPT_WITH_GUIDANCE = 1;

    private final StableDiffusion model;
    private final @Nullable Shadow shadow;
    private final List<TokenCount> tokens;
    private final NDManager owner;
    private final PreparedRows all;
    /** The rows of steps outside the guidance interval; null if there are no such steps. */
    private final @Nullable PreparedRows unguided;

    private PreparedPrompt(
            StableDiffusion model,
            GenerationParameters request,
            List<StepRow> rows,
            @Nullable Shadow shadow,
            List<Control> controls,
            Function<NDManager, Conditioning> conditioning) {
        controls.forEach(control -> control.requireFit(request));
        this.model = model;
        this.shadow = shadow;
        this.tokens = rows.stream()
                .limit(prompts(request).size())
                .map(row -> model.prompts().count(row.prompt(), request.encoding(), RowAdapters.words(row.adapters())))
                .toList();
        this.owner = model.owner().newSubManager();
        try (NDManager scope = owner.newSubManager()) {
            RowAdapters adapters = PreparedRows.stack(rows, model.unet().type(), owner);
            Conditioning inputs = conditioning.apply(scope);
            PreparedConditioning text = model.unet().prepare(inputs, adapters);
            text.attach(owner);
            this.all = new PreparedRows(
                    List.copyOf(rows),
                    text,
                    adapters,
                    controls.stream()
                            .map(control -> PreparedControl.of(control, inputs, owner))
                            .toList());
            boolean always = !request.guided() || request.guidanceInterval().equals(GuidanceInterval.ALWAYS);
            this.unguided =
                    always ? null : all.only(PROMPT_WITH_GUIDANCE, model.unet().type(), owner);
        } catch (RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    /**
     * Encodes a request's prompts.
     *
     * @param model model that generates the images
     * @param request generation parameters, of which the prompts, guidance scale and size are used
     * @param adapters adapters for every row, whose updates are added together; they must stay open until this object
     *     is closed
     * @param shadow shadow student, or null
     * @throws IllegalArgumentException if there are a shadow and a guidance interval; the shadow needs guidance in every
     *     step
     * @return the prepared prompt, to be closed by the caller after the last step of its images and before the model
     */
    public static PreparedPrompt of(
            StableDiffusion model,
            GenerationParameters request,
            List<RowAdapters.Applied> adapters,
            @Nullable Shadow shadow) {
        return of(model, request, adapters, shadow, List.of());
    }

    /**
     * Like {@link #of(StableDiffusion, GenerationParameters, List, Shadow)}, with ControlNets.
     *
     * @param controls ControlNets, whose results are added together; they must stay open until this object is closed
     * @throws IllegalArgumentException also if a condition image has another size than the request
     */
    public static PreparedPrompt of(
            StableDiffusion model,
            GenerationParameters request,
            List<RowAdapters.Applied> adapters,
            @Nullable Shadow shadow,
            List<Control> controls) {
        if (shadow != null && !request.guidanceInterval().equals(GuidanceInterval.ALWAYS)) {
            throw new IllegalArgumentException("shadow: expected none with a guidance interval");
        }
        List<StepRow> rows = new ArrayList<>();
        prompts(request).forEach(prompt -> rows.add(new StepRow(prompt, adapters)));
        if (shadow != null) {
            rows.addAll(shadow.rows(request));
        }
        List<String> prompts = rows.stream().map(StepRow::prompt).toList();
        PromptAdaptation adaptation =
                RowAdapters.ofPrompts(rows.stream().map(StepRow::adapters).toList());
        return new PreparedPrompt(
                model,
                request,
                rows,
                shadow,
                controls,
                scope -> model.prompts()
                        .encode(prompts, request.encoding(), adaptation, request.width(), request.height(), scope));
    }

    /**
     * Like {@link #of}, with a given conditioning and without adapters.
     *
     * @param conditioning function that returns the conditioning of {@link #prompts}, owned by the given manager
     */
    public static PreparedPrompt withConditioning(
            StableDiffusion model, GenerationParameters request, Function<NDManager, Conditioning> conditioning) {
        List<StepRow> rows = prompts(request).stream()
                .map(prompt -> new StepRow(prompt, List.of()))
                .toList();
        return new PreparedPrompt(model, request, rows, null, List.of(), conditioning);
    }

    /** @return the prompt of each row: the negative prompt if guidance is on, then the prompt */
    public static List<String> prompts(GenerationParameters request) {
        return request.guided() ? List.of(request.negativePrompt(), request.prompt()) : List.of(request.prompt());
    }

    /** @return the number of tokens of each of the {@link #prompts} */
    public List<TokenCount> tokens() {
        return tokens;
    }

    /** @return the model that the prompt was prepared for */
    public StableDiffusion model() {
        return model;
    }

    /**
     * @param guided whether the step is in the guidance interval
     * @return the rows of a step, owned by this object
     */
    PreparedRows rows(boolean guided) {
        return guided || unguided == null ? all : unguided;
    }

    @Nullable
    Shadow shadow() {
        return shadow;
    }

    /** Frees the prepared arrays. */
    @Override
    public void close() {
        owner.close();
    }
}
