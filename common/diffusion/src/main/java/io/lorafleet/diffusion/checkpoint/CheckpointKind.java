// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.checkpoint;

import java.util.List;

/** The kinds of Stable Diffusion checkpoints. */
enum CheckpointKind {
    SD1("Stable Diffusion 1.x", "PNDMScheduler", List.of(new Text("cond_stage_model.transformer.", false))),
    SD2("Stable Diffusion 2.x", "DDIMScheduler", List.of(new Text("cond_stage_model.model.", true))),
    SDXL(
            "Stable Diffusion XL",
            "EulerDiscreteScheduler",
            List.of(
                    new Text("conditioner.embedders.0.transformer.", false),
                    new Text("conditioner.embedders.1.model.", true)));

    /**
     * A text encoder.
     *
     * @param prefix prefix of its tensor names
     * @param openClip whether the tensors have the names of OpenCLIP instead of those of transformers
     */
    record Text(String prefix, boolean openClip) {}

    private final String title;
    private final String scheduler;
    private final List<Text> texts;

    CheckpointKind(String title, String scheduler, List<Text> texts) {
        this.title = title;
        this.scheduler = scheduler;
        this.texts = texts;
    }

    /** @return the kind's name, for people */
    String title() {
        return title;
    }

    /** @return the scheduler class of the published model's folder */
    String scheduler() {
        return scheduler;
    }

    List<Text> texts() {
        return texts;
    }

    /**
     * @param inputChannels number of input channels
     * @param predictsV whether the model predicts v, as SD 2.x models for 768 x 768 pixels do
     */
    String unet(int inputChannels, boolean predictsV) {
        return switch (this) {
            case SD1 -> PublishedConfigs.SD1_UNET.formatted(inputChannels);
            case SD2 -> PublishedConfigs.SD2_UNET.formatted(inputChannels, predictsV ? 96 : 64);
            case SDXL -> PublishedConfigs.SDXL_UNET.formatted(inputChannels);
        };
    }

    String vae(boolean predictsV) {
        return switch (this) {
            case SD1 -> PublishedConfigs.VAE.formatted(512, "0.18215");
            case SD2 -> PublishedConfigs.VAE.formatted(predictsV ? 768 : 512, "0.18215");
            case SDXL -> PublishedConfigs.VAE.formatted(1024, "0.13025");
        };
    }

    /** @param encoder index of the text encoder */
    String text(int encoder) {
        if (!texts.get(encoder).openClip()) {
            return PublishedConfigs.CLIP_L;
        }
        return this == SD2 ? PublishedConfigs.OPEN_CLIP_H : PublishedConfigs.OPEN_CLIP_G;
    }
}
