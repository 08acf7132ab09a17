package io.lorafleet.diffusion.sampler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lorafleet.diffusion.checkpoint.ModelConfig;
import io.lorafleet.diffusion.checkpoint.Safetensors;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against trajectories that diffusers' schedulers made with a stand-in for the model. */
class SamplerTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/schedulers");

    @ParameterizedTest
    @CsvSource({
        "DDIM, ddim_leading_20, 20", "DDIM, ddim_leading_7, 7",
        "DDIM, ddim_trailing_v_20, 20", "DDIM, ddim_trailing_v_7, 7",
        "EULER, euler_20, 20", "EULER, euler_7, 7"
    })
    void goesTheWayOfDiffusers(SamplerKind kind, String golden, int steps) {
        Safetensors file = Safetensors.open(GOLDEN.resolve(golden + ".safetensors"));
        NoiseSchedule schedule =
                NoiseSchedule.of(ModelConfig.parse(golden, file.metadata().get("config")));
        Sampler sampler = kind.with(schedule, steps);
        try (NDManager scope = NDManager.newBaseManager()) {
            NDArray trajectory = file.read("trajectory", scope);
            NDArray outputs = file.read("model_output", scope);
            NDArray inputs = file.read("model_input", scope);
            NDArray timesteps = file.read("timesteps", scope);
            NDArray latent = file.read("initial", scope).mul(sampler.initialNoiseScale());
            for (int i = 0; i < steps; i++) {
                assertThat(sampler.timesteps()[i]).isCloseTo(timesteps.getFloat(i), within(1e-3));
                assertThat(relativeError(sampler.modelInput(latent, i), inputs.get(i)))
                        .isLessThan(1e-5);
                latent = sampler.step(latent, outputs.get(i), i);
                assertThat(relativeError(latent, trajectory.get(i))).isLessThan(1e-5);
            }
        }
    }

    @Test
    void refusesAScheduleThatItDoesNotKnow() {
        assertThatThrownBy(() -> NoiseSchedule.of(ModelConfig.parse("config", "{\"beta_schedule\": \"sigmoid\"}")))
                .hasMessageContaining("config: beta_schedule: expected one of [linear, scaled_linear")
                .hasMessageContaining("sigmoid");
    }

    private static double relativeError(NDArray out, NDArray reference) {
        return out.sub(reference).norm().getFloat() / reference.norm().getFloat();
    }
}
