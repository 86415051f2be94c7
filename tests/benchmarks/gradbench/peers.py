"""PyTorch and JAX, on one thread, in float64."""


def pytorch():
    import torch

    torch.set_num_threads(1)
    return torch


def tensor(numbers, **options):
    import torch

    return torch.tensor(numbers, dtype=torch.float64, **options)


def jax_and_numpy():
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    return jax, jnp


def blocked(jax, function, *arguments):
    """A run of a jitted function that waits for its results."""
    return lambda: jax.block_until_ready(function(*arguments))


def flat(found):
    """All numbers of nested results, of whatever library, in one list."""
    if hasattr(found, "tolist"):
        found = found.tolist()
    if not isinstance(found, (list, tuple)):
        return [float(found)]
    return [number for each in found for number in flat(each)]


def some(found):
    """Each 997th of all numbers: enough to compare millions."""
    return flat(found)[::997]
