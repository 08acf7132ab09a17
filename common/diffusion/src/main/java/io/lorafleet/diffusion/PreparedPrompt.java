// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import ai.djl.ndarray.NDManager;
import io.lorafleet.diffusion.lora.RowAdapters;
import io.lorafleet.diffusion.unet.Conditioning;
import io.lorafleet.diffusion.unet.PreparedConditioning;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A request's prompts and adapters, ready for every step of every image of it: the prompts' keys and values, the
 * adapters' factors stacked for the rows. A step has two rows if the request is guided, else one, and more if a shadow
 * goes along.
 */
public final class PreparedPrompt implements AutoCloseable {
    private final StableDiffusion model;
    private final List<StepRow> rows;
    private final @Nullable Shadow shadow;
    private final NDManager owner;
    private final RowAdapters adapters;
    private final PreparedConditioning text;

    private PreparedPrompt(
            StableDiffusion model,
            List<StepRow> rows,
            @Nullable Shadow shadow,
            Function<NDManager, Conditioning> conditioning) {
        this.model = model;
        this.rows = List.copyOf(rows);
        this.shadow = shadow;
        this.owner = model.owner().newSubManager();
        try (NDManager scope = owner.newSubManager()) {
            this.adapters = RowAdapters.stack(
                    rows.stream().map(StepRow::adapters).toList(), model.unet().type(), owner);
            this.text = model.unet().prepare(conditioning.apply(scope), adapters);
            text.attach(owner);
        } catch (RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    /**
     * @param request of which prompts, guidance and size count
     * @param adapters on every row, added up; must stay open until this is closed
     * @param shadow that goes along, or null
     * @return to be closed by the caller, after the last step of its images and before the model
     */
    public static PreparedPrompt of(
            StableDiffusion model,
            GenerationParameters request,
            List<RowAdapters.Applied> adapters,
            @Nullable Shadow shadow) {
        List<StepRow> rows = new ArrayList<>();
        prompts(request).forEach(prompt -> rows.add(new StepRow(prompt, adapters)));
        if (shadow != null) {
            rows.addAll(shadow.rows(request));
        }
        List<String> prompts = rows.stream().map(StepRow::prompt).toList();
        return new PreparedPrompt(
                model,
                rows,
                shadow,
                scope -> model.prompts().encode(prompts, request.width(), request.height(), scope));
    }

    /** As {@link #of}, with the conditioning of {@link #prompts} made elsewhere, in a scope. */
    public static PreparedPrompt withConditioning(
            StableDiffusion model, GenerationParameters request, Function<NDManager, Conditioning> conditioning) {
        List<StepRow> rows = prompts(request).stream()
                .map(prompt -> new StepRow(prompt, List.of()))
                .toList();
        return new PreparedPrompt(model, rows, null, conditioning);
    }

    /** @return a prompt for each row: what is led away from, if guided, then what is drawn */
    public static List<String> prompts(GenerationParameters request) {
        return request.guided() ? List.of(request.negativePrompt(), request.prompt()) : List.of(request.prompt());
    }

    public StableDiffusion model() {
        return model;
    }

    /** @return rows that each step of an image takes */
    public int rowCount() {
        return rows.size();
    }

    List<StepRow> rows() {
        return rows;
    }

    @Nullable
    Shadow shadow() {
        return shadow;
    }

    /** @return the factors for {@link #rows}; stays with this object */
    RowAdapters adapters() {
        return adapters;
    }

    /** @return the keys and values for {@link #rows}; stays with this object */
    PreparedConditioning text() {
        return text;
    }

    /** Frees what was prepared. */
    @Override
    public void close() {
        owner.close();
    }
}
