package io.lorafleet.diffusion;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lorafleet.diffusion.lora.RowAdapters;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.unet.Conditioning;
import io.lorafleet.diffusion.unet.PreparedConditioning;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/**
 * A request's prompts and adapter, ready for every step of every picture of it: the prompts' keys and values, the
 * adapter's factors stacked for the rows. A step has two rows if the request is guided, else one.
 */
public final class PreparedPrompt implements AutoCloseable {
    private final StableDiffusion model;
    private final NDManager owner;
    private final Adaptation adaptation;
    private final PreparedConditioning text;

    private PreparedPrompt(
            StableDiffusion model, int rows, Function<NDManager, Conditioning> conditioning, RowAdapters.Row adapter) {
        this.model = model;
        this.owner = model.owner().newSubManager();
        try (NDManager scope = owner.newSubManager()) {
            this.adaptation = adapter == null
                    ? Adaptation.NONE
                    : RowAdapters.stack(
                            Collections.nCopies(rows, adapter), model.unet().type(), owner);
            this.text = model.unet().prepare(conditioning.apply(scope), adaptation);
            text.attach(owner);
        } catch (RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    /**
     * @param request of which prompts, guidance and size count
     * @param adapter on every row, or null; may be closed afterwards
     * @return to be closed by the caller, after the pictures and before the model
     */
    public static PreparedPrompt of(StableDiffusion model, TextToImage request, RowAdapters.Row adapter) {
        List<String> prompts = prompts(request);
        return new PreparedPrompt(
                model,
                prompts.size(),
                scope -> model.prompts().encode(prompts, request.width(), request.height(), scope),
                adapter);
    }

    /** As {@link #of}, with the conditioning of {@link #prompts} made elsewhere, in a scope. */
    public static PreparedPrompt withConditioning(
            StableDiffusion model, TextToImage request, Function<NDManager, Conditioning> conditioning) {
        return new PreparedPrompt(model, prompts(request).size(), conditioning, null);
    }

    /** @return a prompt for each row: what is led away from, if guided, then what is drawn */
    public static List<String> prompts(TextToImage request) {
        return request.guided() ? List.of(request.negativePrompt(), request.prompt()) : List.of(request.prompt());
    }

    public StableDiffusion model() {
        return model;
    }

    /** One UNet forward. @param sample a latent for each row @return attached to the sample's manager */
    NDArray forward(NDArray sample, double[] timesteps) {
        return model.unet().forward(sample, timesteps, text, adaptation);
    }

    /** Frees what was prepared. */
    @Override
    public void close() {
        owner.close();
    }
}
