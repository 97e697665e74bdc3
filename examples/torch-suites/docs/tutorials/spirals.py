"""
Two spirals
===========

Points on two spirals that wind around each other cannot be told apart by a straight line. This tutorial trains a linear
model, which fails, and a small perceptron, which does not.
"""

# %%
# The data: 400 points to learn from, and 400 others to judge by.

from torch import nn
from torch_suites import accuracy, seed_everything, spirals, train
from torch_suites.models import Perceptron

seed_everything(0)
training_set, test_set = spirals(400), spirals(400, seed=1)

# %%
# A linear model draws one line through the plane. It separates the outer ends, and gets about three in four right.

line = nn.Linear(2, 2)
train(line, training_set, nn.functional.cross_entropy, steps=200)
print(f"line: {accuracy(line, test_set):.0%} right")

# %%
# Two hidden layers are enough to bend the border along the spirals.

perceptron = Perceptron()
losses = train(perceptron, training_set, nn.functional.cross_entropy, steps=400)
print(f"perceptron: {accuracy(perceptron, test_set):.0%} right, loss from {losses[0]:.2f} to {losses[-1]:.2f}")
