// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.diffusion.checkpoint.Pipelines;
import io.lorafleet.diffusion.sampler.NoiseSchedule;
import io.lorafleet.diffusion.unet.UNetConfig;
import io.lorafleet.diffusion.vae.VaeConfig;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.diffusion.weights.Pipeline;
import io.lorafleet.diffusion.weights.Pipeline.Fact;
import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.standalone.FleetException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Parameters;

@Command(
        name = "inspect",
        description = {
            "Prints the properties of a base model, and how each of them was recognised. The command reads the configs"
                    + " and the names and shapes of the tensors, but not the weights.",
            "The exit code is 1 if the model cannot be used."
        },
        footer = {"", "Example:", "  ${ROOT-COMMAND-NAME} model inspect v1-5-pruned-emaonly.safetensors"})
public final class ModelInspectCommand implements Callable<Integer> {
    @Parameters(
            paramLabel = "PATH",
            description = "Folder of the model in the diffusers layout, or single-file checkpoint.")
    private Path path;

    @Override
    public Integer call() {
        try {
            for (Fact fact : facts(Pipelines.open(path))) {
                System.out.printf("%-23s %s (%s)%n", fact.subject() + ":", fact.value(), fact.reason());
            }
            return ExitCode.OK;
        } catch (ModelFileException e) {
            throw new FleetException(e.getMessage());
        }
    }

    private static List<Fact> facts(Pipeline model) {
        UNetConfig unet = UNetConfig.of(model.config("unet"));
        VaeConfig vae = VaeConfig.of(model.config("vae"));
        NoiseSchedule schedule = NoiseSchedule.of(model.schedulerConfig(), model.schedulerClass());
        int size = unet.sampleSize() * vae.factor();
        List<Fact> facts = new ArrayList<>(model.facts());
        facts.add(new Fact(
                "sampler",
                schedule.sampler().name().toLowerCase(Locale.ROOT) + " by default",
                schedule.sampler().schedulerClass() + ", spacing "
                        + schedule.spacing().name().toLowerCase(Locale.ROOT)));
        facts.add(new Fact("image size", size + " x " + size + " pixels by default", "sample_size"));
        if (unet.inChannels() != unet.outChannels()) {
            facts.add(new Fact(
                    "requests", "need an init image and a mask", "in_channels " + unet.inChannels() + ": inpainting"));
        }
        facts.add(weights(model, "unet"));
        facts.add(weights(model, "vae"));
        facts.add(weights(model, "text_encoder"));
        if (model.pipelineClass().startsWith("StableDiffusionXL")) {
            facts.add(weights(model, "text_encoder_2"));
        }
        return facts;
    }

    private static Fact weights(Pipeline model, String part) {
        long parameters = 0;
        Map<String, Integer> types = new TreeMap<>();
        for (Safetensors file : model.weights(part)) {
            for (String tensor : file.names()) {
                parameters += file.shape(tensor).size();
                types.merge(file.type(tensor).name(), 1, Integer::sum);
            }
        }
        return new Fact(
                part + " weights",
                String.format(Locale.ROOT, "%.1f million parameters", parameters / 1e6),
                "tensors by type: " + types);
    }
}
